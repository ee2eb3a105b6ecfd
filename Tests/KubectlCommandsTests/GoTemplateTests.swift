import Documents
import Testing

@testable import KubectlCommands

/// Templates in Go's language, filled in from documents.
struct GoTemplateTests {
  private static let pod: Document = [
    "kind": "Pod", "metadata": ["labels": ["app": "web", "tier": "front"], "name": "web"],
    "spec": ["containers": [["name": "a", "image": "nginx"], ["name": "b", "image": "busybox"]], "replicas": 3],
  ]

  @Test(arguments: [
    ("{{.kind}}/{{.metadata.name}}", "Pod/web"),
    ("{{range .spec.containers}}{{.name}}={{.image}};{{end}}", "a=nginx;b=busybox;"),
    ("{{range $i, $c := .spec.containers}}{{if $i}},{{end}}{{$c.name}}{{end}}", "a,b"),
    ("{{range $k, $v := .metadata.labels}}{{$k}}:{{$v}} {{end}}", "app:web tier:front "),
    ("{{range .nothing}}x{{else}}none{{end}}", "none"),
    ("{{with .metadata}}{{.name}}{{end}}{{with .nothing}}x{{else}}y{{end}}", "weby"),
    ("{{if and .kind (eq .kind \"Pod\")}}yes{{else if .kind}}no{{end}}", "yes"),
    ("{{if gt .spec.replicas 2}}many{{end}} {{len .spec.containers}} {{index .metadata.labels \"app\"}}", "many 2 web"),
    ("{{printf \"%-5s|%3d|%q\" .kind .spec.replicas .metadata.name}}", "Pod  |  3|\"web\""),
    ("{{.metadata.labels}} {{.nothing}}", "map[app:web tier:front] <no value>"),
    ("a {{- /* remark */ -}} b {{ \"c\" -}}  d", "ab cd"),
    ("{{range .spec.containers}}{{break}}{{end}}{{$.kind}}", "Pod"),
    ("{{\"cG9kaXVt\" | base64decode}}{{print 1 2 \"x\"}}{{println}}", "podium1 2x\n"),
  ])
  func isFilledIn(_ template: String, _ expected: String) throws {
    #expect(try GoTemplate(template).text(for: Self.pod, missingKeysAllowed: true) == expected)
  }

  @Test(arguments: [
    ("{{.kind", "template: output:1: unclosed action"),
    ("{{nosuch .kind}}", "template: output:1: function \"nosuch\" not defined"),
    ("{{$x}}", "template: output:1: undefined variable \"$x\""),
    ("{{if}}{{end}}", "template: output:1: missing value for if"),
    ("{{end}}", "template: output:1: unexpected {{end}}"),
    ("a\n{{range .x}}", "template: output:2: unexpected EOF"),
  ])
  func tellsWhatIsWrong(_ template: String, _ problem: String) {
    #expect(throws: GoTemplate.Problem(description: problem)) { try GoTemplate(template) }
  }

  @Test func doesNotLookIntoWhatHasNoFields() throws {
    let template = try GoTemplate("{{.kind.name}}")
    #expect(throws: GoTemplate.Problem.self) { try template.text(for: Self.pod, missingKeysAllowed: true) }
    let strict = try GoTemplate("{{.nothing}}")
    #expect(throws: GoTemplate.Problem.self) { try strict.text(for: Self.pod, missingKeysAllowed: false) }
  }
}
