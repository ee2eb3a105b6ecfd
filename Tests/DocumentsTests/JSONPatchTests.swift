import Documents
import Testing

struct JSONPatchTests {
  @Test(arguments: [
    (#"{"a":1}"#, #"[{"op":"add","path":"/b","value":2}]"#, #"{"a":1,"b":2}"#),
    (#"{"a":[1,2]}"#, #"[{"op":"add","path":"/a/1","value":9}]"#, #"{"a":[1,9,2]}"#),
    (#"{"a":[1]}"#, #"[{"op":"add","path":"/a/-","value":2}]"#, #"{"a":[1,2]}"#),
    (#"{"a":[1,2]}"#, #"[{"op":"remove","path":"/a/0"}]"#, #"{"a":[2]}"#),
    (#"{"a":{"b":1}}"#, #"[{"op":"replace","path":"/a/b","value":[3]}]"#, #"{"a":{"b":[3]}}"#),
    (#"{"a":[1,2]}"#, #"[{"op":"replace","path":"/a/1","value":7}]"#, #"{"a":[1,7]}"#),
    (#"{"a":1,"b":{}}"#, #"[{"op":"move","from":"/a","path":"/b/c"}]"#, #"{"b":{"c":1}}"#),
    (#"{"a":{"x":1}}"#, #"[{"op":"copy","from":"/a","path":"/b"}]"#, #"{"a":{"x":1},"b":{"x":1}}"#),
    (#"{"a/b":1,"m~n":2}"#, #"[{"op":"remove","path":"/a~1b"},{"op":"remove","path":"/m~0n"}]"#, #"{}"#),
    (#"{"a":1}"#, #"[{"op":"test","path":"/a","value":1},{"op":"replace","path":"","value":5}]"#, "5"),
    (#"{"a":1}"#, #"[{"op":"test","path":"/none","value":null}]"#, #"{"a":1}"#),
  ])
  func isAppliedInOrder(document: String, patch: String, result: String) throws {
    let patched = try JSONPatch(Document.parse(json: patch)).applied(to: Document.parse(json: document))
    #expect(patched == (try Document.parse(json: result)))
  }

  @Test(arguments: [
    (#"[{"op":"test","path":"/a","value":2}]"#, "testing value /a failed: test failed"),
    (
      #"[{"op":"remove","path":"/b"}]"#,
      "remove operation does not apply: doc is missing path: /b: missing value"
    ),
    (
      #"[{"op":"add","path":"/b/c","value":1}]"#,
      "add operation does not apply: doc is missing path: /b/c: missing value"
    ),
    (
      #"[{"op":"replace","path":"/list/7","value":1}]"#,
      "replace operation does not apply: doc is missing path: /list/7: missing value"
    ),
    (#"[{"op":"add","path":"/a"}]"#, #"a JSON patch operation of this kind needs a "value""#),
    (#"[{"op":"remove","path":"a"}]"#, #"a JSON patch operation needs "path", a path such as /metadata/labels"#),
    (#"{"op":"remove"}"#, "json: cannot unmarshal object into Go value of type jsonpatch.Patch"),
  ])
  func saysWhatDoesNotApply(patch: String, message: String) throws {
    let document: Document = ["a": 1, "list": [1]]
    do {
      _ = try JSONPatch(Document.parse(json: patch)).applied(to: document)
      Issue.record("\(patch) was applied")
    } catch let failure as JSONPatch.Failure {
      #expect(failure.message == message)
    }
  }
}
