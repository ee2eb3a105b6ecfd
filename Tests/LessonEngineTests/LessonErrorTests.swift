import Testing

@testable import LessonEngine

/// Every error of a lesson's file, to the letter: where it is, what is wrong, and what was expected.
@Suite struct LessonErrorTests {
  private static let head = "---\nlesson: a-lesson\ntitle: A lesson\n---\n"
  private static let step = "## A {#a}\n"

  /// All that is said about a text, a line each.
  private func errors(_ text: String) -> [String] {
    switch LessonParser.read(text, file: "x.md", sharing: SharedChecks()) {
    case .lesson: []
    case .errors(let errors): errors.map(\.description)
    }
  }

  @Test(arguments: [
    ("", "1: expected front matter: a line ---, the lesson's data, a line ---"),
    ("---\nlesson: a\n", "1: expected front matter: a line ---, the lesson's data, a line ---"),
    ("---\nlesson: [\n---\n", "2: did not find expected node content"),
    ("---\n- a\n---\n", "1: expected `lesson: ID` with an id of lower-case letters, digits and dashes"),
    ("---\nlesson: A b\n---\n", "1: expected `lesson: ID` with an id of lower-case letters, digits and dashes"),
    ("---\nlesson: a\n---\n", "1: expected `title: …`"),
    ("---\nlesson: a\ntitle: \"\\e[2J\"\n---\n", "3: the title has a control character in it, which steers terminals"),
    (
      "---\nlesson: a\ntitle: A\nneed: [b]\n---\n",
      "4: unknown field \"need\": expected one of lesson, title, needs, uses, files"
    ),
    ("---\nlesson: a\ntitle: A\nneeds: b\n---\n", "4: needs must be a list of names, such as [a, b]"),
    ("---\nlesson: a\ntitle: A\nfiles: [[b]]\n---\n", "4: files must be a list of names, such as [a, b]"),
    (
      "---\nlesson: a\ntitle: A\nuses: [exec, sight]\n---\n",
      "4: unknown capability \"sight\": expected one of objects, events, exec, files, logs, http, namespaces, journal, volumes"
    ),
  ])
  func whatIsWrongWithAFrontMatterIsSaid(text: String, error: String) {
    #expect(errors(text) == ["x.md:" + error])
  }

  @Test(arguments: [
    ("", "5: the lesson has no step: expected a line such as ## Create the Pod {#create}"),
    ("x\u{1B}[2J\n", "5: this line has a control character in it, which steers terminals"),
    ("# A lesson\n", "5: a step begins with ##; the lesson's title is in the front matter"),
    ("```check\npod x exists\n```\n", "5: a check block belongs to a step: put it below a line ## Title {#id}"),
    ("## No id\n", "5: the step needs an id of its own: ## No id {#some-id}"),
    ("## Bad id {#A}\n", "5: the step needs an id of its own: ## Bad id {#some-id}"),
    ("## A {#a}\n## A {#a}\n", "6: the step id \"a\" is used twice"),
    ("## A {#a maybe}\n", "5: unknown word \"maybe\" behind a step's title: expected time=4m or optional"),
    ("## A {#a time}\n", "5: unknown word \"time\" behind a step's title: expected time=4m or optional"),
    (
      "## A {#a optional=1}\n",
      "5: unknown word \"optional\" behind a step's title: expected time=4m or optional"
    ),
    ("## A {#a time=soon}\n", "5: time=soon is not a duration: expected one like 90s or 4m"),
    ("## A {#a}\n```check\n", "6: this block is not closed: expected a line of ```"),
  ])
  func whatIsWrongWithAFileIsSaid(text: String, error: String) {
    #expect(errors(Self.head + text).first == "x.md:" + error)
  }

  @Test(arguments: [
    (
      "```chekc\nx\n```",
      "6: unknown block \"chekc\": expected one of ask, check, console, debrief, diagram, explore, hint, next, quiz, run, setup, solution, wrong"
    ),
    ("```hint\n\n```", "6: this hint block is empty"),
    (
      "```console sorted\nx\n```",
      "6: unknown word \"sorted\" behind console: expected unordered, exit=…, only=…, skip=…"
    ),
    ("```console exit\nx\n```", "6: unknown word \"exit\" behind console: expected unordered, exit=…, only=…, skip=…"),
    (
      "```console unordered=1\nx\n```",
      "6: unknown word \"unordered\" behind console: expected unordered, exit=…, only=…, skip=…"
    ),
    ("```console exit=soon\nx\n```", "6: exit=soon is no exit code"),
    ("```console only=rael\nx\n```", "6: only=rael is no kind of cluster: expected embedded or real"),
    ("```console skip=embedded\nx\n```", "6: skip=embedded is no kind of cluster: expected real"),
    ("```run when pod x exists\nx\n```", "6: unknown word \"when\" behind run: expected only=…"),
    ("```explore {#x}\nx\n```", "6: unknown word \"#x\" behind explore: expected only=…"),
    ("```setup only=real\nx\n```", "6: unknown word \"only\" behind setup: nothing is expected there"),
    ("```diagram\nx\n```", "6: a diagram needs alt=\"the same in words\" for those who do not see it"),
    ("```diagram alt=\"\"\nx\n```", "6: a diagram needs alt=\"the same in words\" for those who do not see it"),
    ("```wrong\nx\n```", "6: expected wrong fails=\"words of the condition that must fail\""),
    (
      "```solution free=\"name, way\"\nx\n```",
      "6: \"way\" cannot be free: expected some of image, name, count, path, label, variable, port, command"
    ),
    ("```hint if x\ny\n```", "6: unknown word \"if\" behind hint: nothing is expected there"),
    ("```hint {}\ny\n```", "6: \"{}\" is not understood: expected hint, or hint when <condition>"),
    (
      "```hint when pod x is Redy\ny\n```",
      "6: \"Redy\" is no state of a pod: expected one of Ready, NotReady, Pending, Scheduled, Initialized, Running, Succeeded, Failed, Terminating"
    ),
    ("```next\nto a\n```", "6: a next block has one line: go to STEP"),
    ("```next\ngo to a\ngo to a\n```", "6: a next block has one line: go to STEP"),
    ("```next {}\ngo to a\n```", "6: \"{}\" is not understood: expected next, or next when <condition>"),
    ("```next\ngo to nowhere\n```", "6: there is no step \"nowhere\" to go to"),
    ("```next when answer q is x\ngo to a\n```", "6: the step \"a\" has no question \"q\""),
    ("```ask\nWhat?\nanswer: x\n```", "6: a question needs an id of its own: ask id=some-id"),
    ("```quiz id=Q\nWhat?\n- [x] a\n- [ ] b\n```", "6: a question needs an id of its own: quiz id=some-id"),
    ("```ask id=q\nanswer: x\n```", "6: the question is missing"),
    ("```ask id=q\nWhat?\n```", "6: a question needs a line answer: …"),
    (
      "```ask id=q\nWhat?\nanswer:\n```", "6: answer: needs an answer, or what the cluster tells, such as ip of pod web"
    ),
    ("```ask id=q\nWhat?\nanswer: x\ny\n```", "6: after an answer: only further ones may come"),
    ("```quiz id=q\n- [x] a\n- [ ] b\n```", "6: the question is missing"),
    ("```quiz id=q\nWhat?\n- [x] a\n```", "6: a quiz needs two choices or more: - [x] right, - [ ] wrong"),
    ("```quiz id=q\nWhat?\n- [ ] a\n- [ ] b\n```", "6: no choice of the quiz is right: mark it by - [x]"),
    ("```quiz id=q\nWhat?\n- [x] a\nb\n- [ ] c\n```", "9: expected - [x], - [ ] or > below the choices"),
    (
      "```ask id=q\nWhat?\nanswer: x\n```\n```ask id=q\nWhat?\nanswer: x\n```",
      "10: the question id \"q\" is used twice"
    ),
  ])
  func whatIsWrongWithABlockIsSaid(block: String, error: String) {
    #expect(errors(Self.head + Self.step + block + "\n") == ["x.md:" + error])
  }

  @Test(arguments: [
    ("\nelse: x\npod x exists", "8: else: belongs below a condition"),
    (
      "pod x exists\npod x has container a",
      "8: \"pod x has container a\" is not a sentence of the checkpoint grammar; the nearest form is: pod {pod} has containers {names…}"
    ),
    ("log of pod x contains \"y", "7: a quotation mark is not closed in: log of pod x contains \"y"),
    ("pod x is Ready within 6x", "7: \"6x\" is not a duration: expected one like 30s or 2m"),
    (
      "pot x exists",
      "7: \"pot\" is no kind of object that can be watched: expected one of pod, deployment, replicaset, daemonset, job, service, configmap, secret, serviceaccount, node"
    ),
    ("nothing of step b is left", "7: there is no step \"b\" in this lesson"),
    ("container a of pod x exited with code no", "7: \"no\" is not a number"),
    ("condition Ready of pod x is on", "7: a condition cannot be \"on\": expected True, False or Unknown"),
    ("2 pods labelled web are Ready", "7: \"web\" is not a label: expected one like app=web"),
    ("pod x has env MODE in container a", "7: \"MODE\" has no name and value: expected one like MODE=prod"),
    ("container a of pod x has a lively probe", "7: there is no lively probe: expected liveness, readiness or startup"),
    ("container a of pod x has a share of cpu=1", "7: a container has no share: expected request or limit"),
    ("readiness of pod x went up then down", "7: readiness cannot be \"up\": expected true or false"),
    ("file box in pod x exists", "7: \"box\" must be a whole path, beginning with /"),
    ("\"\" in pod x fails", "7: \"\" is no command: a program and its words are expected"),
    ("GET http://web/ answers 200", "7: \"http://web/\" is no address: expected one like http://pod/NAME:PORT/PATH"),
    (
      "GET http://pod/web:x/ answers 200",
      "7: \"http://pod/web:x/\" names no pod and port: expected one like http://pod/NAME:PORT/PATH"
    ),
    ("port 70000 of pod x accepts connections", "7: \"70000\" is not a port: expected 1 to 65535"),
    (
      "containers a and b of pod x share the time namespace",
      "7: there is no time namespace: expected one of network, ipc, uts, pid, mount, user"
    ),
    ("cgroup disk limit of container a in pod x is 1", "7: there is no limit of \"disk\": expected memory or cpu"),
    ("cgroup memory limit of container a in pod x is much", "7: \"much\" is no amount: expected one like 64Mi or 500m"),
  ])
  func whatIsWrongWithASentenceIsSaid(sentences: String, error: String) {
    #expect(errors(Self.head + Self.step + "```check\n" + sentences + "\n```\n") == ["x.md:" + error])
  }

  @Test func aSentenceWithoutEndIsRefused() {
    let text = Self.head + Self.step + "```check\n" + String(repeating: "a ", count: 501) + "\n```\n"
    #expect(errors(text) == ["x.md:7: a sentence has at most 1000 characters, this one 1001"])
  }

  @Test(arguments: [
    ("yaml\nkind: [", "7: did not find expected node content"),
    ("yaml\nkind: Pod", "6: an expected object needs `kind:` and `metadata: {name: …}`"),
    (
      "yaml\nkind: Pot\nmetadata: {name: a}",
      "6: \"Pot\" is no kind of object that can be watched: expected one of pod, deployment, replicaset, daemonset, job, service, configmap, secret, serviceaccount, node"
    ),
    ("yaml\napiVersion: v2\nkind: Pod\nmetadata: {name: a}", "6: a Pod has the apiVersion v1, not v2"),
    (
      "yaml\nkind: Pod\nmetadata: {name: a}\nspec: {x: {at-least: many}}",
      "6: spec.x: at-least needs a number or an amount such as 64Mi"
    ),
    ("yaml\nkind: Pod\nmetadata: {name: a}\nspec: {x: {like: 1}}", "6: spec.x: like needs a text in quotation marks"),
    (
      "yaml\nkind: Pod\nmetadata: {name: a}\nspec: {x: [{matches: \"(\"}]}",
      "6: spec.x[0]: \"(\" is no regular expression"
    ),
    ("yaml\nkind: Pod\nmetadata: {name: a}\nspec: {x: {absent: maybe}}", "6: spec.x: absent is true or false"),
    ("yaml within=soon\nkind: Pod\nmetadata: {name: a}", "6: \"soon\" is not a duration: expected one like 30s or 2m"),
    ("yaml within=1s for=2s\nkind: Pod\nmetadata: {name: a}", "6: a check yaml has within= or for=, not both"),
    (
      "within=60s\npod x exists", "6: within= belongs to check yaml: other conditions have their time words themselves"
    ),
    (
      "json for=1s\n[]", "6: for= belongs to check yaml: other conditions have their time words themselves"
    ),
    ("json\n{}", "6: a check of json is a list of conditions"),
    ("json\n[", "7: unexpected end of JSON input"),
    ("json\n[\n1]", "8: a condition is an object, such as {check: exists, kind: pod, name: web}"),
    ("json\n[{\"kind\": \"pod\"}]", "7: a condition needs `check:` with the name of a form, or `object:`"),
    (
      "json\n[{\"check\": \"exists\", \"kind\": \"pod\"}]",
      "7: \"exists\" needs `name:`; its sentence is: {kind} {name} exists"
    ),
    (
      "json\n[{\"check\": \"containers\", \"pod\": \"x\", \"names\": \"a\"}]", "7: `names:` of \"containers\" is a list"
    ),
    (
      "json\n[{\"check\": \"exists\", \"kind\": \"pod\", \"name\": \"x\", \"colour\": 1}]",
      "7: unknown field \"colour\" of a condition: expected one of check, kind, name, within, for, now, never, else, alreadyTrue"
    ),
    (
      "json\n[{\"check\": \"exists\", \"kind\": \"pod\", \"name\": \"x\", \"now\": true, \"for\": \"1s\"}]",
      "7: a condition has one time word, not for and now"
    ),
    (
      "json\n[{\"check\": \"exists\", \"kind\": \"pod\", \"name\": \"x\", \"within\": 60}]",
      "7: \"60\" is not a duration: expected one like 30s or 2m"
    ),
    (
      "json\n[{\"check\": \"exists\", \"kind\": \"pod\", \"name\": \"x\", \"never\": false}]",
      "7: `never:` is true or left out"
    ),
  ])
  func whatIsWrongWithTheOtherFormsIsSaid(check: String, error: String) {
    #expect(errors(Self.head + Self.step + "```check " + check + "\n```\n") == ["x.md:" + error])
  }

  @Test func anUnknownFormIsToldAllThereAre() {
    let known = Grammar.forms.map(\.id).joined(separator: ", ")
    #expect(
      errors(Self.head + Self.step + "```check json\n[\n{\"check\": \"exist\"}]\n```\n")
        == ["x.md:8: there is no form \"exist\": expected one of \(known)"])
  }

  /// An author sees all of them at once, but not what follows from a flood.
  @Test func whatStandsBehindAnErrorIsReadOn() {
    let text = Self.head + "## A {#}\n```chekc\nx\n```\n```hint\ny\n```\n## B {#b time=x}\n```wrong\nx\n```\n"
    #expect(
      errors(text) == [
        "x.md:5: the step needs an id of its own: ## A {#some-id}",
        "x.md:6: unknown block \"chekc\": expected one of \(BlockReader.Word.allCases.map(\.rawValue).joined(separator: ", "))",
        "x.md:12: time=x is not a duration: expected one like 90s or 4m",
        "x.md:13: expected wrong fails=\"words of the condition that must fail\"",
      ])
    #expect(errors(Self.head + String(repeating: "## A {#}\n", count: 100)).count == 20)
  }
}
