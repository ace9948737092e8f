#!/bin/bash
# Carries bytes between the harness and a service: on one side standard input and output, in lines; on the other one TCP
# connection at a time to a port of this network. It understands nothing of what it carries.
#
#   relay.sh PORT
#
# In:  `open`, `data <base64>`, `close`
# Out: `open` or `refused`; `data <base64>`, `end` (the service has closed) or `broken` (reset); `closed`
#
# bash, for /dev/tcp.
port=$1
# A process group for each job, so that one kill ends all of it.
set -m

carry_back() {
  local chunk
  while chunk=$(dd bs=49152 count=1 <&3 2>/dev/null | base64 | tr -d '\n'; exit "${PIPESTATUS[0]}"); do
    if [ -z "$chunk" ]; then
      echo end
      return
    fi
    printf 'data %s\n' "$chunk"
  done
  echo broken
}

while read -r word data; do
  case $word in
  open)
    if { exec 3<>"/dev/tcp/127.0.0.1/$port"; } 2>/dev/null; then
      echo open
      carry_back &
      reader=$!
    else
      echo refused
    fi
    ;;
  data) printf %s "$data" | base64 -d >&3 2>/dev/null ;;
  close)
    { kill -s KILL -- "-$reader" && wait "$reader"; } 2>/dev/null
    exec 3>&-
    # A line of the reader may have been cut short.
    printf '\nclosed\n'
    ;;
  esac
done
