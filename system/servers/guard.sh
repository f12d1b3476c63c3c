#!/usr/bin/env bash
# guard.sh FOLDER COMMAND...: keeps a server on behalf of whoever holds the other end of standard input.
#   "start" on standard input runs COMMAND in a session of its own, output to FOLDER/log, and answers its process id.
#   End of file, by whatever death of the holder, kills it and everything of its session and removes FOLDER.
set -u
{ # read as a whole: a shell reads on in its file as it goes, and this file may change while a server runs
FOLDER=$1
shift
# A lock says that the folder is in use, as long as the guard or the server lives. What a power failure left behind is
# found by its age and its free lock.
exec 8<"$FOLDER"
flock 8
find "$(dirname "$FOLDER")" -mindepth 1 -maxdepth 1 -mmin +1440 -exec flock -n {} rm -rf {} \; >/dev/null 2>&1
while read -r word; do
  [ "$word" = start ] || continue
  setsid "$@" </dev/null >"$FOLDER/log" 2>&1 &
  echo "$!"
done
exec >/dev/null 2>&1
# Until it is gone: the first try may come before setsid has made the session. Reaped children are not in `jobs`, so
# that no stranger with a reused process id is meant.
while pids=$(jobs -p) && [ -n "$pids" ]; do
  for pid in $pids; do kill -KILL -- "-$pid" || kill -KILL "$pid"; done
  sleep 0.02
  jobs >/dev/null # forgets those that have ended
done
rm -rf "$FOLDER"
exit
}
