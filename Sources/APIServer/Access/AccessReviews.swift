internal import Documents
internal import KubernetesAPI
internal import ObjectSchema

/// Questions about who somebody is and what they may do; they are answered and not kept.
extension Server {
  func answerReview(_ call: Call) async throws(StatusError) -> APIResponse {
    guard call.request.method == "POST", call.target.name == nil else { throw StatusError.methodNotAllowed() }
    if call.resource.isNamespaced && call.target.namespace == nil { throw StatusError.methodNotAllowed() }
    var (question, warnings) = try call.objectInBody()
    switch question {
    case var review as SelfSubjectReview:
      review.metadata.creationTimestamp = call.now.toTheSecond
      review.status.userInfo = call.request.user
      question = review
    case var review as SelfSubjectAccessReview:
      try call.refuse(review.problems())
      review.status = Self.status(
        of: call.request.user, review.spec.resourceAttributes, review.spec.nonResourceAttributes)
      question = review
    case var review as SubjectAccessReview:
      try call.refuse(review.problems())
      review.status = Self.status(
        of: review.spec.userInfo, review.spec.resourceAttributes, review.spec.nonResourceAttributes)
      question = review
    case var review as LocalSubjectAccessReview:
      try call.refuse(review.problems())
      if let namespace = call.target.namespace, review.namespace != namespace {
        throw StatusError.badRequest("spec.resourceAttributes.namespace must match namespace: \(namespace)")
      }
      review.status = Self.status(of: review.spec.userInfo, review.spec.resourceAttributes, nil)
      question = review
    case var review as SelfSubjectRulesReview:
      guard let namespace = review.spec.namespace, !namespace.isEmpty else {
        throw StatusError.badRequest("no namespace on request")
      }
      for grant in Grant.held(by: call.request.user) {
        review.status.resourceRules += grant.resources
        review.status.nonResourceRules += grant.paths
      }
      review.status.incomplete = false
      question = review
    case var review as TokenReview:
      guard let token = review.spec.token, !token.isEmpty else {
        throw StatusError.badRequest("token is required for TokenReview in authentication")
      }
      review.status = await status(of: token, audiences: review.spec.audiences)
      question = review
    default: throw StatusError.methodNotAllowed()
    }
    var document = question.document()
    document["apiVersion"] = .string(call.resource.apiVersion)
    document["kind"] = .string(call.resource.kind)
    return call.response(json: document.json(), status: 201, warnings: warnings)
  }

  private static func status(
    of user: UserInfo, _ resource: ResourceAttributes?, _ path: NonResourceAttributes?
  ) -> SubjectAccessReviewStatus {
    let deed = resource.map(Deed.resource) ?? .path(path ?? NonResourceAttributes())
    var status = SubjectAccessReviewStatus()
    status.reason = Authorization.reason(user, deed)
    status.allowed = status.reason != nil
    return status
  }
}

extension Call {
  fileprivate func refuse(_ problems: [FieldError]) throws(StatusError) {
    if problems.isEmpty { return }
    throw StatusError.invalid(resource.kind, "", group: resource.group, problems)
  }
}
