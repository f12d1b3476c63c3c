#!/bin/sh
# sh deploy/pin-images.sh             asks the registries for the digest of each image of deploy/images.lock, and writes it there, into
#                                     compose.yaml, Dockerfile and system/src/tools/servers/docker/docker-engine.ts; wants docker buildx
# sh deploy/pin-images.sh --unpinned  names those without a digest, and ends with 1 if there are any
set -eu
cd "$(dirname "$0")/.."
LOCK=deploy/images.lock
NAMED_IN='compose.yaml Dockerfile system/src/tools/servers/docker/docker-engine.ts'

case "$#:${1:-}" in
  0:) ;;
  1:--unpinned)
    unpinned=$(grep -v '^#' "$LOCK" | sed -n 's/ not-pinned$//p')
    [ -n "$unpinned" ] || exit 0
    echo "NOT PINNED by digest: $(echo $unpinned); sh deploy/pin-images.sh does it where the registries can be reached" >&2
    exit 1 ;;
  *) sed -n 's/^# //p' "$0" >&2 && exit 2 ;;
esac

# All are looked up before anything is written.
found=$(grep -v '^#' "$LOCK" | while read -r image _; do
  digest=$(docker buildx imagetools inspect --format '{{.Manifest.Digest}}' "$image")
  case "$digest" in sha256:*) echo "$image $digest" ;; *) echo "no digest of $image: $digest" >&2 && exit 1 ;; esac
done)

{ grep '^#' "$LOCK"; printf '%s\n' "$found"; } >"$LOCK.new"
printf '%s\n' "$found" | while read -r image digest; do
  for file in $NAMED_IN; do
    sed "s#$(echo "$image" | sed 's/[.]/[.]/g')\(@sha256:[0-9a-f]*\)\{0,1\}\([' ]\|\$\)#$image@$digest\2#g" "$file" >"$file.new" && cat "$file.new" >"$file"
    rm "$file.new"
  done
done
mv "$LOCK.new" "$LOCK"
printf '%s\n' "$found"
