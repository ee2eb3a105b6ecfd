/// The Kubernetes that is spoken here.
public enum ServerVersion {
  public static let major = "1"
  public static let minor = "32"
  /// The release whose behaviour is met.
  public static let gitVersion = "v1.32.13"

  #if arch(arm64)
    public static let platform = "linux/arm64"
  #else
    public static let platform = "linux/amd64"
  #endif
}
