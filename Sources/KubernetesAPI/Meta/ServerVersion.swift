/// The Kubernetes that is spoken here.
public enum ServerVersion {
  public static let major = "1"
  public static let minor = "32"
  /// The release whose behaviour is met; what stands behind the plus sign marks whose work it is.
  public static let gitVersion = "v1.32.13+podium"

  #if arch(arm64)
    public static let platform = "linux/arm64"
  #else
    public static let platform = "linux/amd64"
  #endif
}
