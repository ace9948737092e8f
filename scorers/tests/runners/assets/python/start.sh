#!/bin/sh
# start.sh WORKSPACE MAIN: becomes the first Python of the image's PATH, with the further ones as arguments. A folder
# of PATH, or a program, that lies in the workspace is the candidate's.
workdir=$1
main=$2
shift 2
system=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

is_outside() {
  real=$(PATH=$system readlink -f -- "$1") || return 1
  case $real/ in "$workdir"/*) return 1 ;; esac
}

set -f
IFS=:
for dir in $PATH; do
  case $dir in /*) is_outside "$dir" || continue ;; *) continue ;; esac
  for name in python3 python; do
    if [ -f "$dir/$name" ] && [ -x "$dir/$name" ] && is_outside "$dir/$name"; then
      set -- "$@" "$dir/$name"
      break
    fi
  done
done
if [ $# -eq 0 ]; then
  echo 'the image has no python3 outside of the workspace' >&2
  exit 127
fi
python=$1
shift

# What these name would run, or be imported, in the process that reports; the tests get the search path back.
if [ -n "$PYTHONPATH" ]; then export ASSAY_PYTHONPATH="$PYTHONPATH"; fi
unset PYTHONPATH PYTHONSTARTUP PYTHONINSPECT PYTHONBREAKPOINT PYTHONCASEOK PYTHONSAFEPATH PYTHONTRACEMALLOC
unset PYTHONEXECUTABLE PYTHONPROFILEIMPORTTIME PYTHONDEBUG PYTHONVERBOSE PYTHONPYCACHEPREFIX
unset PYTEST_ADDOPTS PYTEST_PLUGINS
: "${PYTHONHASHSEED:=0}"
export PYTHONHASHSEED
# -S: start-up files of site-packages may lead into the workspace; what of them is the image's own, main.py runs.
exec "$python" -s -S -B "$main" "$@"
