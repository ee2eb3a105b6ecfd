import KubernetesAPI
import Testing

@testable import LessonEngine

/// For each form of the grammar: what is so passes, what is nearly so does not and is explained, and what cannot be
/// seen is never taken for true.
@Suite(.timeLimit(.minutes(1)))
struct FormCaseTests {
  private static let cases = FormCase.all

  @Test func everyFormHasItsCases() {
    #expect(Set(Grammar.forms.map(\.id)) == Set(Self.cases.map(\.form)))
  }

  @Test(arguments: cases)
  func isReadAsItsForm(one: FormCase) throws {
    guard case .sentence(let form, _) = try one.condition().source else {
      Issue.record("not read as a sentence")
      return
    }
    #expect(form.id == one.form)
  }

  @Test(arguments: cases)
  func passesWhenItIsSo(one: FormCase) async throws {
    let finding = try await one.finding(in: one.holds)
    #expect(finding.verdict == .pass, "\(finding.text)")
  }

  @Test(arguments: cases)
  func explainsANearMiss(one: FormCase) async throws {
    let finding = try await one.finding(in: one.misses)
    #expect(finding.verdict == .notYet)
    #expect(finding.text == one.explanation)
  }

  @Test(arguments: cases)
  func saysWhatCannotBeSeen(one: FormCase) async throws {
    let finding = try await one.finding(in: one.hides)
    #expect(finding.verdict == .cannotTell)
    #expect(finding.text == one.reason)
  }

  /// Nothing that is about a pod is judged where pods may not be listed: nothing would look like absence.
  @Test(arguments: cases)
  func judgesNothingUnseen(one: FormCase) async throws {
    guard try one.condition().statement.kinds.contains(.pod) else { return }
    let finding = try await one.finding { story, witness in
      one.holds(&story, &witness)
      story.hide(Pod.resource)
    }
    #expect(finding.verdict == .cannotTell, "\(finding.text)")
    #expect(finding.look == "kubectl auth can-i list pods")
  }
}
