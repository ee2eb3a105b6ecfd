/// Scripts that make a shell complete the words of a program, by asking that program.
public enum ShellCompletion {
  /// The word by which the scripts ask. What stands behind it is a command line and not understood as flags.
  public static let question = "__complete"

  public static let shells = ["bash", "fish", "zsh"]

  /// Nil for a shell that nobody has written one for.
  public static func script(for shell: String, program: String) -> String? {
    switch shell {
    case "bash": bash(program)
    case "zsh": zsh(program)
    case "fish": fish(program)
    default: nil
    }
  }

  /// For bash = and : end words; they are put together again, and what it has already is left out of the replies.
  private static func bash(_ program: String) -> String {
    """
    # Completes the words of \(program) in bash.
    _\(program)_words() {
      local words=() i reply description
      for ((i = 1; i <= COMP_CWORD; i++)); do
        if ((${#words[@]})) && [[ ${COMP_WORDS[i]} == [=:] || ${COMP_WORDS[i - 1]} == [=:] ]]; then
          words[${#words[@]} - 1]+=${COMP_WORDS[i]}
        else
          words+=("${COMP_WORDS[i]}")
        fi
      done
      local word=${words[${#words[@]} - 1]}
      local known=${word%"${word##*[=:]}"}
      COMPREPLY=()
      while IFS=$'\\t' read -r reply description; do
        [[ $reply == "$word"* ]] && COMPREPLY+=("${reply#"$known"}")
      done < <("${COMP_WORDS[0]}" \(question) "${words[@]}" 2>/dev/null)
      # A value or the rest of a name follows at once.
      [[ ${#COMPREPLY[@]} == 1 && ${COMPREPLY[0]} == *[=/:] ]] && compopt -o nospace
      return 0
    }
    complete -o default -F _\(program)_words \(program)

    """
  }

  private static func zsh(_ program: String) -> String {
    """
    #compdef \(program)
    # Completes the words of \(program) in zsh.
    _\(program)() {
      local -a found
      local line
      while IFS= read -r line; do
        found+=("${${line%%$'\\t'*}//:/\\\\:}:${line#*$'\\t'}")
      done < <("${words[1]}" \(question) "${(@)words[2,CURRENT]}" 2>/dev/null)
      _describe \(program) found || _files
    }
    compdef _\(program) \(program)

    """
  }

  private static func fish(_ program: String) -> String {
    """
    # Completes the words of \(program) in fish.
    function __\(program)_words
      set -l words (commandline -opc) (commandline -ct)
      $words[1] \(question) $words[2..-1] 2>/dev/null
    end
    complete -c \(program) -f -a '(__\(program)_words)'

    """
  }
}
