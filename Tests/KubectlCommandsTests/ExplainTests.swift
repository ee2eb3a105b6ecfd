import Testing

@testable import KubectlCommands

/// `explain` against what stock kubectl printed from the same descriptions.
@Suite(.timeLimit(.minutes(1)))
struct ExplainTests {
  @Test(arguments: [
    (
      "endpoints.subsets.ports",
      """
      KIND:       Endpoints
      VERSION:    v1

      FIELD: ports <[]EndpointPort>


      DESCRIPTION:
          The ports that they answer on.
          A port of the addresses of a subset.
          \("")
      FIELDS:
        appProtocol\t<string>
          What is spoken over it, such as http.

        name\t<string>
          The name of the service's port that it belongs to.

        port\t<integer> -required-
          Its number.

        protocol\t<string>
        enum: SCTP, TCP, UDP
          TCP, UDP or SCTP.
          \("")
          Possible enum values:
           - `"SCTP"`
           - `"TCP"`
           - `"UDP"`



      """
    ),
    (
      "service.spec.sessionAffinity",
      """
      KIND:       Service
      VERSION:    v1

      FIELD: sessionAffinity <string>
      ENUM:
          ClientIP
          None

      DESCRIPTION:
          ClientIP leads a client to the same pod again and again.
          \("")
          Possible enum values:
           - `"ClientIP"`
           - `"None"`
          \("")


      """
    ),
    (
      "lease.spec.renewTime",
      """
      GROUP:      coordination.k8s.io
      KIND:       Lease
      VERSION:    v1

      FIELD: renewTime <string>


      DESCRIPTION:
          When its holder last renewed it.
          A moment, to the microsecond.
          \("")


      """
    ),
  ])
  func tellsOfFields(field: String, expected: String) async throws {
    let cluster = FakeCluster()
    expect(try await cluster.kubectl("explain \(field)").output, is: expected)
  }
}
