#!/bin/sh
# Runs a task's cases one after the other, as the user whose program it is, and keeps what each of them printed, wrote
# and ended with. What any of it should be is not known here: the harness compares once this container has stopped.
#
#   driver.sh OUT CASES RUN WORKSPACE MODE BOUND
#
# OUT: new folder for results; CASES: a folder per case, root's; RUN: an empty folder of this user's; MODE: `fresh` or
# `shared` workspace; BOUND: bytes kept of each output. Per case it writes stdout, stderr, code (absent where it did not
# end by itself), problem (why it was not run), kinds and file-<n> (of files that are looked at), and last of all `done`.
#
# POSIX shell and coreutils only. Names are odd so that none is a variable of the task's environment.
a_out=$1 a_cases=$2 a_run=$3 a_workspace=$4 a_mode=$5 a_bound=$6
# Commands of the image's own system first: PATH may lead into the workspace.
a_caller=$PATH
PATH=/usr/sbin:/usr/bin:/sbin:/bin:$PATH
mkdir -p -- "$a_out" || exit 1
a_fail() {
  printf '%s\n' "$1" >"$a_out/failed"
  exit 1
}
for a_tool in chmod cp env find head mkdir mkfifo rm sleep stat timeout wc; do
  command -v "$a_tool" >/dev/null || a_fail "the image has no command $a_tool"
done
a_env=$(command -v env)
a_timeout=$(command -v timeout)

# What runs already, such as services of the image, is left alone.
a_before=' '
a_processes=0
for a_pid in /proc/[0-9]*; do
  [ -d "$a_pid" ] || continue
  a_before="$a_before${a_pid#/proc/} "
  a_processes=$((a_processes + 1))
done
case $a_before in
' 1 ' | " 1 $$ ") a_alone=yes ;;
*) a_alone=no ;;
esac

a_pause() {
  sleep 0.02 2>/dev/null || sleep 1
}

# True when a process is gone or a zombie. Builtins only: while a case fills the process table, nothing can be forked.
a_ended() {
  read -r a_stat 2>/dev/null <"/proc/$1/stat" || return 0
  case $a_stat in *') Z '* | *') X '*) return 0 ;; esac
  return 1
}

# Kills every process but those before the first case, this one, and those given; false when there was none. Counts in
# a_rounds how often one was met for the first time, or was gone before it could be looked at.
a_strike() {
  a_spared="$a_before$$ $* "
  a_met=1
  a_new=0
  for a_pid in /proc/[0-9]*; do
    a_pid=${a_pid#/proc/}
    case $a_spared in *" $a_pid "*) continue ;; esac
    if a_ended "$a_pid"; then
      # A zombie is nobody's, and waits for its parent.
      [ ! -d "/proc/$a_pid" ] || continue
    else kill -s KILL "$a_pid" 2>/dev/null; fi
    a_met=0
    case $a_struck in *" $a_pid "*) continue ;; esac
    a_struck="$a_struck$a_pid "
    a_new=1
  done
  a_rounds=$((a_rounds + a_new))
  return $a_met
}

# Ends all that a case has left running; $1 and $2 read its output and come to their end once nobody holds it.
a_settle() {
  a_tries=0
  a_rounds=0
  a_struck=' '
  until a_ended "$1" && a_ended "$2"; do
    a_tries=$((a_tries + 1))
    [ "$a_tries" -le 100 ] && continue
    a_strike "$1" "$2" || a_pause
    [ "$a_rounds" -le 100 ] || break
  done
  # In one step, so that no process can outrun it; with others around, only when there is no other way.
  if [ "$a_alone" = no ]; then
    while [ "$a_rounds" -le 100 ] && a_strike; do :; done
  fi
  if [ "$a_alone" = yes ] || [ "$a_rounds" -gt 100 ]; then kill -s KILL -- -1 2>/dev/null; fi
  wait
  a_tries=0
  while [ "$a_tries" -lt 5000 ]; do
    set -- /proc/[0-9]*
    [ "$#" -le "$a_processes" ] && return
    a_tries=$((a_tries + 1))
  done
}

a_is() {
  [ -e "$1" ] || [ -L "$1" ]
}

a_is_folder() {
  [ -d "$1" ] && ! [ -L "$1" ]
}

# True for a folder without entries.
a_is_empty() {
  for a_entry in "$1"/* "$1"/.[!.]* "$1"/..?*; do
    if a_is "$a_entry"; then return 1; fi
  done
}

a_empty() {
  find "$1" -mindepth 1 -maxdepth 1 -exec rm -rf -- {} + 2>/dev/null
  a_is_empty "$1" && return
  # A folder may be closed to its own owner.
  chmod -R u+rwX -- "$1" 2>/dev/null
  find "$1" -mindepth 1 -maxdepth 1 -exec rm -rf -- {} + 2>/dev/null
  a_is_empty "$1"
}

# Later changes are newer than this; a pause apart, as the system tells the time of a change in ticks.
a_stamp() {
  true >"$a_run/stamp"
  a_pause
}

# True while what is put back one by one is still less work than all of it at once.
a_is_little() {
  a_count=$((a_count + 1))
  [ "$a_count" -le 100 ]
}

# Gives the folder $1 the entries and the mode that $2 has; what is in both is not looked at.
a_mend_folder() {
  for a_entry in "$2"/* "$2"/.[!.]* "$2"/..?*; do
    a_is "$a_entry" || continue
    if ! a_is "$1/${a_entry##*/}"; then a_is_little && cp -a -- "$a_entry" "$1/" || return 1; fi
  done
  for a_entry in "$1"/* "$1"/.[!.]* "$1"/..?*; do
    a_is "$a_entry" || continue
    if ! a_is "$2/${a_entry##*/}"; then a_is_little && rm -rf -- "$a_entry" || return 1; fi
  done
  chmod -- "$(stat -c %a -- "$2")" "$1"
}

# Puts back what is listed as changed below the folder $1, of which $2 is the copy; false where the list cannot be relied
# on, or something cannot be put back.
a_mend() {
  a_count=0
  while IFS= read -r a_path; do
    a_is_little || return 1
    # A message of find, or the rest of a name with a newline in it.
    case $a_path in "$1" | "$1"/*) ;; *) return 1 ;; esac
    a_old=$2${a_path#"$1"}
    if a_is_folder "$a_path" && a_is_folder "$a_old"; then
      a_mend_folder "$a_path" "$a_old" || return 1
    elif a_is "$a_path"; then
      rm -rf -- "$a_path" || return 1
      if a_is "$a_old"; then cp -a -- "$a_old" "$a_path" || return 1; fi
    fi
  done <"$a_run/changed"
}

# Brings the folder $1 back to its copy $2: piece by piece where little has changed, else as a whole.
a_bring_back() {
  find "$1" -cnewer "$a_run/stamp" 2>&1 | head -n 101 >"$a_run/changed"
  [ -s "$a_run/changed" ] || return 0
  a_touched=yes
  a_mend "$1" "$2" 2>/dev/null || { a_empty "$1" && cp -a -- "$2/." "$1/"; }
}

a_restore() {
  for a_folder in $a_temporary; do a_is_empty "$a_folder" || a_empty "$a_folder"; done
  a_touched=no
  a_bring_back "$a_workspace" "$a_run/base" || return 1
  if [ -n "$a_home" ]; then a_bring_back "$a_home" "$a_run/home" || return 1; fi
  [ "$a_touched" = no ] || a_stamp
}

# True for a folder of this user's that stands apart from the workspace and is small enough to be copied.
a_is_own_home() {
  case $1/ in //* | "$a_workspace"/*) return 1 ;; /*) ;; *) return 1 ;; esac
  case $a_workspace/ in "$1"/*) return 1 ;; esac
  a_is_folder "$1" && [ -O "$1" ] && [ "$(find "$1" 2>/dev/null | head -n 2001 | wc -l)" -le 2000 ]
}

# Keeps the files that are looked at. Nothing runs any more that could change one of them meanwhile.
a_look() {
  [ -e "$1" ] || return
  a_index=0
  while IFS= read -r a_wanted; do
    a_file=$a_workspace/$a_wanted
    if [ -L "$a_file" ]; then a_kind='a symbolic link'
    elif [ -f "$a_file" ]; then
      a_kind=file
      head -c "$a_bound" <"$a_file" >"$2/file-$a_index" || a_kind='not readable'
    elif [ -d "$a_file" ]; then a_kind='a folder'
    elif [ -e "$a_file" ]; then a_kind='a special file'
    else a_kind=absent; fi
    printf '%s\n' "$a_kind" >>"$2/kinds"
    a_index=$((a_index + 1))
  done <"$1"
}

a_case() {
  a_given=$a_cases/$1
  a_to=$a_out/$1
  # All are there from the start; something in them would be a program's own doing.
  if ! a_is_folder "$a_to" || ! a_is_empty "$a_to"; then
    rm -rf -- "$a_to"
    mkdir -- "$a_to" || return
  fi
  if ! [ -p "$a_run/out" ] || ! [ -p "$a_run/err" ]; then
    rm -rf -- "$a_run/out" "$a_run/err"
    mkfifo "$a_run/out" "$a_run/err" || return
  fi
  if [ -d "$a_given/files" ] && ! cp -Rf -- "$a_given/files/." "$a_workspace/"; then
    echo 'its files could not be laid into the workspace' >"$a_to/problem"
    return
  fi
  # Says a_limit, a_cwd and a_program.
  . "$a_given/case.sh"
  if ! [ -d "$a_workspace/$a_cwd" ]; then
    echo 'there is no such folder as its cwd' >"$a_to/problem"
    return
  fi
  a_stdin=/dev/null
  if [ -e "$a_given/stdin" ]; then a_stdin=$a_given/stdin; fi
  head -c "$a_bound" <"$a_run/out" >"$a_to/stdout" &
  a_first=$!
  head -c "$a_bound" <"$a_run/err" >"$a_to/stderr" &
  a_second=$!
  # The inner shell notes the exit code, and takes what it would say itself away from the program's stderr.
  (
    cd -- "$a_workspace/$a_cwd" &&
      a_program "$a_timeout" -s KILL "$a_limit" \
        /bin/sh -c 'a_code=$1; shift; (exec "$@" 2>&3 3>&-); echo $? >"$a_code"' sh "$a_to/code" \
        "$a_env" PATH="$a_caller" 3>&2 2>/dev/null
  ) <"$a_stdin" >"$a_run/out" 2>"$a_run/err"
  a_settle "$a_first" "$a_second"
  a_look "$a_given/wanted" "$a_to"
  # Not with `:`, a special builtin: where the program has put something in the way, the shell itself would end.
  true >"$a_to/done"
}

a_temporary=
a_home=
if [ "$a_mode" = fresh ]; then
  # What an image's services have there is theirs.
  for a_folder in /tmp /var/tmp /dev/shm; do
    if [ -d "$a_folder" ] && a_is_empty "$a_folder"; then a_temporary="$a_temporary $a_folder"; fi
  done
  mkdir -- "$a_run/base" && cp -a -- "$a_workspace/." "$a_run/base/" ||
    a_fail 'the workspace cannot be copied, which fresh ones need (workspace: shared does without)'
  if a_is_own_home "${HOME-}" && mkdir -- "$a_run/home" && cp -a -- "$HOME/." "$a_run/home/"; then a_home=$HOME; fi
  a_stamp
fi
set --
for a_each in "$a_cases"/*; do set -- "$@" "$a_out/${a_each##*/}"; done
mkdir -- "$@" || a_fail 'the folders for results cannot be made'
a_next=
for a_each in "$a_cases"/*; do
  if [ -n "$a_next" ] && [ "$a_mode" = fresh ]; then
    a_restore || a_fail 'the workspace cannot be put back after the case before'
  fi
  a_next=yes
  a_case "${a_each##*/}"
done
exit 0
