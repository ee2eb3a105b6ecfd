internal import Documents
internal import KubernetesAPI

/// Writes tokens as JSON Web Tokens signed with ES256, and reads its own.
struct TokenIssuer: Sendable {
  /// Who issues, and whom tokens are for that name nobody else.
  static let name = "https://kubernetes.default.svc.cluster.local"

  let signer: any TokenSigner

  func token(_ claims: TokenClaims) throws -> String {
    let header: Document = ["alg": "ES256", "kid": .string(signer.keyID)]
    let signed = Base64URL.encode(header.json()) + "." + Base64URL.encode(claims.document.json())
    return signed + "." + Base64URL.encode(try signer.sign(Array(signed.utf8)))
  }

  /// What the token says, if it was signed here.
  func claims(in token: String) -> TokenClaims? {
    let parts = token.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 3, let header = Self.document(parts[0]), header["alg"] == "ES256",
      header["kid"]?.stringValue == signer.keyID, let signature = Base64URL.decode(String(parts[2])),
      signer.isSigned(Array("\(parts[0]).\(parts[1])".utf8), by: signature)
    else { return nil }
    return Self.document(parts[1]).flatMap(TokenClaims.init)
  }

  private static func document(_ part: Substring) -> Document? {
    Base64URL.decode(String(part)).flatMap { try? Document.parse(json: $0) }
  }

  // MARK: For others who check tokens

  /// Where the keys are found and what they are used for.
  var configuration: Document {
    [
      "issuer": .string(Self.name), "jwks_uri": .string("\(Self.name)/openid/v1/jwks"),
      "response_types_supported": ["id_token"], "subject_types_supported": ["public"],
      "id_token_signing_alg_values_supported": ["ES256"],
    ]
  }

  /// The public halves of the keys.
  var keySet: Document {
    let point = signer.publicPoint
    return [
      "keys": [
        [
          "use": "sig", "kty": "EC", "kid": .string(signer.keyID), "crv": "P-256", "alg": "ES256",
          "x": .string(Base64URL.encode(point.x)), "y": .string(Base64URL.encode(point.y)),
        ]
      ]
    ]
  }
}
