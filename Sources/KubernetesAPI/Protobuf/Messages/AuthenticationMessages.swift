extension MessageTable {
  /// The messages of the group `authentication.k8s.io`.
  static let authentication = MessageTable(
    """
    BoundObjectReference: kind apiVersion name uid
    SelfSubjectReview: metadata status
    SelfSubjectReviewStatus: userInfo
    TokenRequest: metadata spec status
    TokenRequestSpec: audiences 3=boundObjectRef expirationSeconds+ attestations
    TokenRequestStatus: token+ expirationTimestamp
    TokenReview: metadata spec status
    TokenReviewSpec: token audiences
    TokenReviewStatus: authenticated user error audiences
    UserInfo: username uid groups extra
    """)
}
