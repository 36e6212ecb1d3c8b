/**
 * The bash script that makes a shell report its commands. Load it as the start-up file of an interactive bash
 * (`bash --rcfile FILE`, and as `~/.bashrc` so that nested shells report too) with OPSLAB_NONCE in the environment.
 * The marks are read by command-parser.ts and never reach a viewer. Needs bash 5.1 (arrays in PROMPT_COMMAND, PS0,
 * EPOCHREALTIME); in an older one it does nothing.
 *
 * PS0 is expanded after a command line was read and before it runs; `history 1` then gives the line as typed, whole, with
 * all its lines. A DEBUG trap would see the parts of a pipeline or loop instead, and would take the learner's own trap.
 */
/** Keeps bash's own `${` readable inside the template. */
const $ = '$';

export const SHELL_INTEGRATION = String.raw`# Ops Lab: reports the commands of this shell to the terminal, for the learner's own history.
[[ $- == *i* ]] || return 0
[[ -n ${$}{OPSLAB_PROMPT-} ]] && PS1=$OPSLAB_PROMPT
[[ -n ${$}{OPSLAB_NONCE-} ]] || return 0
((BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] >= 501)) || return 0
# Loaded twice (rcfile and .bashrc) is loaded once. A new shell has a new pid, or, after exec, none of our functions.
declare -F __ol_report >/dev/null && return 0

__ol_ran=0     # whether a command ran since the last prompt
__ol_newest=   # number of the newest line in the history when the prompt was shown
__ol_set=x     # any one character: see PS0 below

# REPLY: $1 without the bytes that would end or split a mark. Byte by byte, so that no locale gets in the way.
__ol_escape() {
  local LC_ALL=C s=${$}{1:0:8000} i hex byte
  s=${$}{s//\\/\\\\}
  s=${$}{s//;/\\x3b}
  if [[ $s == *[$'\x01'-$'\x1f'$'\x7f']* ]]; then
    for i in {1..31} 127; do
      printf -v hex '%02x' "$i"
      printf -v byte "\\x$hex"
      s=${$}{s//"$byte"/"\\x$hex"}
    done
  fi
  REPLY=$s
}

# REPLY: number and text of the newest line in the history, one space between; empty when there is none.
__ol_history() {
  local line entry='^ *([0-9]+)[* ] (.*)$'
  line=$(HISTTIMEFORMAT= builtin history 1)
  REPLY=
  [[ $line =~ $entry ]] && REPLY="${$}{BASH_REMATCH[1]} ${$}{BASH_REMATCH[2]}"
}

# A command line was read and is about to run. Called in a subshell: it changes nothing here.
__ol_start() {
  local now=$EPOCHREALTIME line directory
  __ol_history; line=$REPLY
  # No new line: the learner has switched the history off, and the newest line is an older command.
  [[ -z $line || ${$}{line%% *} == "$__ol_newest" ]] && return
  __ol_escape "${$}{line#* }"; line=$REPLY
  __ol_escape "$PWD"; directory=$REPLY
  builtin printf '\e]633;E;%s;%s;%s;%s;%s;%s\a' "$OPSLAB_NONCE" "$$" "$SHLVL" "$now" "$directory" "$line"
}

# First of PROMPT_COMMAND: the exit status is still that of the command, and is handed on.
__ol_report() {
  local status=${$}{1:-$?} now=$EPOCHREALTIME
  if ((__ol_ran)); then builtin printf '\e]633;D;%s;%s;%s;%s;%s\a' "$OPSLAB_NONCE" "$$" "$SHLVL" "$status" "$now"; fi
  __ol_ran=0
  return "$status"
}

# Last of PROMPT_COMMAND: puts back what a command took away. The history settings are ours, because a line that is not
# in the history cannot be reported; what they would hide stays in this shell and in the learner's own history.
__ol_install() {
  local status=$? REPLY
  # When the learner's own setting has taken the first place, this is where the end is noticed.
  __ol_report "$status"
  HISTCONTROL= HISTIGNORE=
  ((HISTSIZE > 0)) 2>/dev/null || HISTSIZE=5000
  shopt -s cmdhist lithist promptvars
  # The second part runs in this shell: its arithmetic notes that a command ran, and it expands to nothing.
  [[ ${$}{PS0-} == *__ol_start* ]] || PS0=${$}{PS0-}'$(__ol_start)${$}{__ol_set:$((__ol_ran = 1, 1))}'
  local command others=()
  for command in "${$}{PROMPT_COMMAND[@]}"; do
    [[ -z $command || $command == __ol_report || $command == __ol_install ]] || others+=("$command")
  done
  PROMPT_COMMAND=(__ol_report "${$}{others[@]}" __ol_install)
  __ol_history; __ol_newest=${$}{REPLY%% *}
  return "$status"
}

__ol_install
builtin printf '\e]633;S;%s;%s;%s\a' "$OPSLAB_NONCE" "$$" "$SHLVL"
`;

/** Environment that the script reads, besides what the shell needs. */
export function integrationEnvironment(nonce: string, prompt: string): Record<string, string> {
  return { OPSLAB_NONCE: nonce, OPSLAB_PROMPT: prompt };
}
