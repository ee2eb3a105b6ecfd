import Testing

@testable import ImageStore

/// Reading Containerfiles: no disk, no image.
@Suite struct ContainerfileTests {
  private func parse(_ text: String) throws -> Containerfile { try Containerfile.parse(text, file: "Containerfile") }

  private func problem(_ text: String) -> String? {
    do {
      _ = try parse(text)
      return nil
    } catch {
      return "\(error)"
    }
  }

  @Test func readsEveryInstruction() throws {
    let recipe = try parse(
      #"""
      # The recipe of an image.
      from busybox:1.36

      LABEL org.example.title="An app" stage=test
      ENV GREETING="good day" PLACE=/srv\ one
      ENV OLD the old   form
      WORKDIR /srv/$PLACE
      COPY --chown=app:app --chmod=0750 a.txt "b c.txt" *.sh dest/
      COPY ["with blank.txt", "/x"]
      RUN echo one \
        && echo two \
        # a comment between
        && echo "three # no comment"
      RUN ["/bin/echo", "a b"]
      RUN [ -f /etc/passwd ] || exit 1
      USER 1000:1000
      EXPOSE 80 53/udp
      ENTRYPOINT ["app"]
      CMD sleep 10
      """#)
    #expect(recipe.base == "busybox:1.36" && recipe.baseLine == 2)
    let actions: [Containerfile.Action] = [
      .label([.init(name: "org.example.title", value: #""An app""#), .init(name: "stage", value: "test")]),
      .environment([
        .init(name: "GREETING", value: #""good day""#), .init(name: "PLACE", value: #"/srv\ one"#),
      ]),
      .environment([.init(name: "OLD", value: "the old   form")]), .workingDirectory("/srv/$PLACE"),
      .copy(
        .init(sources: ["a.txt", #""b c.txt""#, "*.sh"], destination: "dest/", owner: "app:app", mode: 0o750)),
      .copy(.init(sources: ["with blank.txt"], destination: "/x")),
      .run(.shell(#"echo one   && echo two   && echo "three # no comment""#)), .run(.list(["/bin/echo", "a b"])),
      .run(.shell("[ -f /etc/passwd ] || exit 1")), .user("1000:1000"), .expose(["80", "53/udp"]),
      .entrypoint(.list(["app"])), .command(.shell("sleep 10")),
    ]
    for (instruction, action) in zip(recipe.instructions, actions) { #expect(instruction.action == action) }
    #expect(recipe.instructions.map(\.line) == [4, 5, 6, 7, 8, 9, 10, 14, 15, 16, 17, 18, 19])
  }

  @Test func linesMayEndAsOnOtherSystems() throws {
    let recipe = try parse("FROM busybox\r\n# none\r\nRUN a \\\r\n  b\r\nUSER x\r\n")
    #expect(recipe.base == "busybox")
    #expect(recipe.instructions.map(\.action) == [.run(.shell("a   b")), .user("x")])
    #expect(recipe.instructions.map(\.line) == [3, 5])
  }

  @Test(arguments: [
    ("", "1: there is no FROM: expected `FROM busybox`"),
    ("\nRUN true", "2: the first instruction is FROM, and not RUN"),
    ("FROM a b", "1: expected `FROM IMAGE`, with one image"),
    ("FROM --platform=x a", "1: FROM takes no --platform=x: images are for this kind of machine"),
    ("FROM $BASE", "1: FROM comes before every variable: write the image's name itself"),
    ("FROM a AS b", "1: a build has one stage: build the first image under a name of its own, and begin this one with"),
    ("FROM a\nFROM b", "2: a build has one stage"),
    ("ARG x\nFROM a", "1: ARG is not built here: write the value itself, or set it with ENV"),
    (
      "FROM a\nADD http://x /y", "2: ADD is not built here: use COPY, and put what would come from the web or out of an"
    ),
    ("FROM a\n\nVOLUME /x", "3: VOLUME is not built here: a pod's manifest says what is mounted"),
    ("FROM a\nHEALTHCHECK NONE", "2: HEALTHCHECK is not built here: a pod's manifest says it, by livenessProbe"),
    ("FROM a\nONBUILD RUN x", "2: ONBUILD is not built here: write the instruction into the file that begins with"),
    ("FROM a\nSHELL [\"x\"]", "2: SHELL is not built here: use the list form, as in RUN [\"/bin/bash\""),
    ("FROM a\nSTOPSIGNAL 9", "2: STOPSIGNAL is not built here"), ("FROM a\nMAINTAINER x", "2: MAINTAINER is not built"),
    ("FROM a\nCPY a b", "2: \"CPY\" is no instruction: expected one of FROM, COPY, RUN, "),
    ("FROM a\nRUN", "2: RUN is followed by nothing"), ("FROM a\nCOPY x", "2: expected `COPY SOURCE… DESTINATION`"),
    ("FROM a\nCOPY --from=b x y", "2: COPY takes files of its folder only, not --from another image"),
    ("FROM a\nCOPY --link x y", "2: COPY knows no --link: expected --chown=USER:GROUP or --chmod=755"),
    ("FROM a\nCOPY --chmod=u+x x y", "2: --chmod takes an octal number such as 755, not \"u+x\""),
    ("FROM a\nRUN --mount=type=cache x", "2: RUN takes no --mount=type=cache: write the command alone"),
    ("FROM a\nRUN <<EOF\nx\nEOF", "2: RUN reads no text behind <<"),
    ("FROM a\nENV", "2: ENV is followed by nothing"), ("FROM a\nENV x", "2: expected `ENV NAME=VALUE`, not x alone"),
    ("FROM a\nENV x=1 y", "2: expected `ENV NAME=VALUE`, not \"y\"; values with blanks need quotation marks"),
    ("FROM a\nENV x=\"1", "2: a quotation mark \" is not closed"),
    ("FROM a\nWORKDIR ${x", "2: \"${x\" is not closed by }"), ("FROM a\nWORKDIR ${x%y}", "2: ${x%y} is not understood"),
    ("FROM a\nCMD ['a']", "2: the list is not understood: expected texts in double quotes, as in [\"sleep\", \"60\"]"),
    ("FROM a\n# \u{1B}[2J", "2: there is a control character, which could steer a terminal"),
    ("FROM a\nENTRYPOINT []", "2: the list is empty: expected a program and its arguments"),
  ])
  func whatIsNotBuiltIsRefusedWithWhatToWrite(text: String, message: String) {
    let problem = problem(text)
    #expect(problem?.hasPrefix("Containerfile:" + message) == true, "\(problem ?? "nothing")")
  }

  @Test(arguments: [
    ("$A/${B}c", "one/twoc"), ("'$A'", "$A"), (#""$A \$A \x""#, #"one $A \x"#), (#"\$A \a"#, "$A a"), ("$NONE.", "."),
    ("${NONE:-other}", "other"), ("${EMPTY:-x}${EMPTY-y}", "x"), ("${NONE-${B}}", "two"),
    ("${A:+set}${NONE:+x}", "set"),
    ("a$", "a$"), ("$1", "$1"), ("'a'\"b\"c", "abc"),
  ])
  func variablesAndQuotesMeanWhatTheyDoElsewhere(text: String, value: String) throws {
    #expect(try ContainerfileWords.resolve(text, ["A": "one", "B": "two", "EMPTY": ""]) == value)
  }

  @Test(arguments: [
    ("*.txt", "a.txt", true), ("*.txt", "sub/a.txt", false), ("**/*.txt", "sub/deep/a.txt", true), ("a?c", "abc", true),
    ("[a-c]x", "bx", true), ("[^a-c]x", "bx", false), ("a*b*c", "aXbYbZc", true), ("a*b", "ac", false),
    ("**", "x/y", true), ("x/*", "x/y", true), (#"\*"#, "*", true), (#"\*"#, "a", false),
  ])
  func patternsStandForNames(pattern: String, path: String, matches: Bool) {
    #expect(NamePattern(pattern).matches(path.split(separator: "/").map(String.init)) == matches)
  }

  @Test func theLastRuleThatSpeaksOfAFileCounts() {
    let ignored = IgnoredFiles("# what is not needed\n*.log\nbuild\n!build/keep.txt\n/docs/**/*.md\n")
    let paths = ["a.log", "x/a.log", "build", "build/x", "build/keep.txt", "docs/a.md", "docs/x/y.md", "src/a.md"]
    #expect(paths.filter(ignored.contains) == ["a.log", "build", "build/x", "docs/a.md", "docs/x/y.md"])
  }
}
