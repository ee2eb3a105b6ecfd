/// The program.
@main
enum Podium {
  static func main() { print("podium") }
}
