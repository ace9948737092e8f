#!/bin/sh
# start.sh WORKDIR SCRIPT ARGUMENT...: becomes SCRIPT, run by the image's Node and never by one that lies in the workspace.
unset NODE_OPTIONS NODE_PATH NODE_V8_COVERAGE NODE_TEST_CONTEXT NODE_COMPILE_CACHE NODE_REPL_EXTERNAL_MODULE
system=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
workdir=$(cd -- "$1" && pwd -P) || exit 1
shift
search=$system
rest=$PATH:
while [ -n "$rest" ]; do
  folder=${rest%%:*}
  rest=${rest#*:}
  case $folder in
    "$workdir" | "$workdir"/* | '' | [!/]*) ;;
    *) search=$search:$folder ;;
  esac
done
node=$(PATH=$search && command -v node && exit 0) || node=
# What is found may be a link.
[ -z "$node" ] || node=$(PATH=$system readlink -f -- "$node")
case $node in
  '' | "$workdir"/*)
    echo 'assay: the image has no node outside of the workspace' >&2
    exit 127
    ;;
esac
exec "$node" --require=/opt/assay/node/contain.cjs "$@"
