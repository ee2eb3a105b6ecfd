import KubernetesAPI
import Testing

struct LabelQueryTests {
  @Test(arguments: [
    ("", true), ("app", true), ("app=web", true), ("app==web", true), ("app!=web", false), ("!app", false),
    ("none", false), ("!none", true), ("none!=x", true), ("app in (web, db)", true), ("app in(db)", false),
    ("app notin (db)", true), ("n>3", true), ("n<3", false), ("app>3", false), ("app=web,n=5", true),
    ("app=web,n=6", false), (" app = web ", true), ("in", false), ("empty=", true), ("empty in ()", false),
    ("app in (web,)", true),
  ])
  func matches(text: String, expected: Bool) throws {
    let query = try LabelQuery(text)
    #expect(query.matches(["app": "web", "n": "5", "empty": ""]) == expected)
  }

  @Test(arguments: ["(", "a=b=c", "a in", "a in b", "a in (b", "!", "a,,b", "=a", "a/b/c=d", "a=-b"])
  func refusesWhatIsNoSelector(text: String) {
    #expect(throws: LabelQuery.ParseFailure.self) { try LabelQuery(text) }
  }

  @Test func structuredSelectorsSayTheSame() throws {
    var selector = LabelSelector()
    selector.matchLabels = ["app": "web"]
    var requirement = LabelSelectorRequirement()
    requirement.key = "tier"
    requirement.operator = "NotIn"
    requirement.values = ["back"]
    selector.matchExpressions = [requirement]
    let query = try LabelQuery(selector)
    #expect(query.matches(["app": "web"]))
    #expect(!query.matches(["app": "web", "tier": "back"]))
    #expect(!query.matches(["tier": "front"]))
  }

  @Test(arguments: [
    ("a=b,c!=d", ["a": "b"], true), ("a==b", ["a": "b"], true), ("a!=b", ["a": "b"], false), ("a=", [:], true),
    (#"a=x\,y"#, ["a": "x,y"], true), ("", [:], true),
  ])
  func fieldQueriesMatch(text: String, fields: [String: String], expected: Bool) throws {
    #expect(try FieldQuery(text).matches(fields) == expected)
  }
}
