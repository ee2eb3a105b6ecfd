import Documents
import ObjectSchema
import Testing

struct StrategicMergeTests {
  private static let document =
    #"{"name":"n","tags":["a","b"],"labels":{"x":"1","y":"2"},"parts":[{"name":"p","mode":"Fast","words":["w"]},{"name":"q"}],"main":{"name":"m","mode":"Slow"}}"#

  @Test(arguments: [
    ("maps are merged, null removes", #"{"labels":{"x":null,"z":"3"}}"#, "labels", #"{"y":"2","z":"3"}"#),
    ("structures are merged", #"{"main":{"mode":"Fast"}}"#, "main", #"{"name":"m","mode":"Fast"}"#),
    (
      "elements are merged by their key", #"{"parts":[{"name":"q","mode":"Slow"},{"name":"r"}]}"#, "parts",
      #"[{"name":"p","mode":"Fast","words":["w"]},{"name":"q","mode":"Slow"},{"name":"r"}]"#
    ),
    (
      "lists without a key are replaced", #"{"parts":[{"name":"p","words":["v"]}]}"#, "parts",
      #"[{"name":"p","mode":"Fast","words":["v"]},{"name":"q"}]"#
    ),
    ("lists of words are united", #"{"tags":["b","c"]}"#, "tags", #"["a","b","c"]"#),
    (
      "an element is deleted", #"{"parts":[{"$patch":"delete","name":"p"}]}"#, "parts", #"[{"name":"q"}]"#
    ),
    (
      "a list is replaced", #"{"parts":[{"$patch":"replace"},{"name":"only"}]}"#, "parts", #"[{"name":"only"}]"#
    ),
    ("a map is replaced", #"{"labels":{"$patch":"replace","z":"3"}}"#, "labels", #"{"z":"3"}"#),
    ("a structure is replaced", #"{"main":{"$patch":"replace","name":"o"}}"#, "main", #"{"name":"o"}"#),
    ("words are deleted", #"{"$deleteFromPrimitiveList/tags":["a"]}"#, "tags", #"["b"]"#),
    (
      "kept keys drop the others", #"{"main":{"$retainKeys":["name"],"name":"o"}}"#, "main", #"{"name":"o"}"#
    ),
    (
      "an order is obeyed",
      #"{"$setElementOrder/parts":[{"name":"q"},{"name":"p"}],"parts":[{"name":"q","mode":"Slow"}]}"#,
      "parts", #"[{"name":"q","mode":"Slow"},{"name":"p","mode":"Fast","words":["w"]}]"#
    ),
    (
      "an order alone moves elements", #"{"$setElementOrder/parts":[{"name":"q"},{"name":"p"}]}"#, "parts",
      #"[{"name":"q"},{"name":"p","mode":"Fast","words":["w"]}]"#
    ),
    (
      "who is not in the order keeps the place before its follower",
      #"{"$setElementOrder/parts":[{"name":"q"},{"name":"new"}],"parts":[{"name":"new"}]}"#, "parts",
      #"[{"name":"p","mode":"Fast","words":["w"]},{"name":"q"},{"name":"new"}]"#
    ),
    (
      "null in a new element is nothing", #"{"parts":[{"name":"r","mode":null}]}"#, "parts",
      #"[{"name":"p","mode":"Fast","words":["w"]},{"name":"q"},{"name":"r"}]"#
    ),
  ])
  func merges(what: String, patch: String, field: String, result: String) throws {
    let merged = try AnySchema(Sample.self).merging(
      Document.parse(json: patch), into: Document.parse(json: Self.document))
    #expect(merged[field] == (try Document.parse(json: result)), "\(what)")
    // What the patch does not speak of stays.
    #expect(merged["name"] == "n")
    #expect(merged.mapValue?.keys.contains { $0.hasPrefix("$") } == false)
  }

  @Test(arguments: [
    (#"{"parts":[{"mode":"Slow"}]}"#, "map: map[mode:Slow] does not contain declared merge key: name"),
    (#"{"parts":["x"]}"#, #"expected a list of objects merged by "name", found string"#),
    (#"{"$patch":"explode"}"#, "Unknown patch type 'explode' found"),
  ])
  func saysWhatCannotBeMerged(patch: String, message: String) throws {
    do {
      _ = try AnySchema(Sample.self).merging(Document.parse(json: patch), into: Document.parse(json: Self.document))
      Issue.record("\(patch) was merged")
    } catch let failure as StrategicMergeFailure {
      #expect(failure.message == message)
    }
  }
}
