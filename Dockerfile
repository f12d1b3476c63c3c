# docker build --build-arg SERVICE=order --build-arg PORT=4003 --build-arg VERSION=0.1.0 -t localhost/souk/order .
# One file for the images of all services and of the console; compose.yaml has the arguments of each (a test holds them against the packages).
ARG SERVICE
ARG PORT
ARG VERSION

# Of each package what an installation reads. It changes seldom, so the layer of the installation is made seldom.
FROM oven/bun:1.4.5-slim AS manifests
WORKDIR /souk
COPY . .
RUN find . -mindepth 2 -type f ! -name package.json ! -path './patches/*' -delete && find . -type d -empty -delete

FROM oven/bun:1.4.5-slim AS build
WORKDIR /souk
COPY --from=manifests /souk ./
RUN bun install --frozen-lockfile --production
COPY contracts contracts
COPY chassis chassis
COPY system/src/tools/images system/src/tools/images
# From here on each service has layers of its own; what is installed before is shared by all.
ARG SERVICE
ARG PORT
ARG VERSION
RUN : "${SERVICE:?--build-arg SERVICE=order}" "${PORT:?--build-arg PORT=4003}" "${VERSION:?--build-arg VERSION=0.1.0}"
COPY ${SERVICE} ${SERVICE}
RUN bun system/src/tools/images/compile.ts ${SERVICE}
# All that the executable needs beside itself: the C library it is linked with, a user, how names are looked up, and the one
# folder it may write to (a volume; only the simulated gateway writes). And what all of it is made of, with the texts of licences.
RUN mkdir -p /image/etc \
 && install -d -o 65532 -g 65532 /image/data \
 && ldd dist/${SERVICE} | grep -o '/[^ ]*' | xargs cp --parents --dereference -t /image \
 && bun system/src/tools/images/add-libraries.ts ${SERVICE} /image \
 && echo 'nonroot:x:65532:65532::/:/sbin/nologin' > /image/etc/passwd \
 && echo 'hosts: files dns' > /image/etc/nsswitch.conf \
 && mv dist/${SERVICE} /image/souk

FROM scratch
ARG SERVICE
ARG PORT
ARG VERSION
COPY --from=build /image /
# The garbage collector does not know a container's limit; by itself it goes by the machine's memory and lets much lie.
# With this, half of 256 MB, a service stays within the limit of compose.yaml. Where a container has more, half of that.
ENV BUN_JSC_forceRAMSize=134217728
USER 65532:65532
EXPOSE ${PORT}
# Asked often until it is ready for the first time (Docker Engine 25 or later; Kubernetes has probes of its own).
HEALTHCHECK --start-period=30s --start-interval=500ms --interval=5s --timeout=3s --retries=3 CMD ["/souk", "--health"]
ENTRYPOINT ["/souk"]
LABEL org.opencontainers.image.title="souk-${SERVICE}" org.opencontainers.image.licenses="MIT" org.opencontainers.image.version="${VERSION}"
