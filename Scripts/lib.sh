# Shared by the scripts beside it: makes sure that this machine has what Podium is built from.

# Package, and what Podium wants it for.
build_packages="
libedit-dev:line editing in the prompt
libyaml-dev:reading manifests
libsqlite3-dev:the cluster's store
libmicrohttpd-dev:serving the API
libcurl4-gnutls-dev:calling the API
libgnutls28-dev:TLS for stock kubectl
libarchive-dev:image layers
nettle-dev:digests
zlib1g-dev:headers of the streams that older clients open
libseccomp-dev:system call filters of containers
pkg-config:finding these libraries
busybox-static:the programs in the built-in images
"
run_packages="
uidmap:user namespaces with many users when not root
"

say() { printf '%s\n' "$*" >&2; }

need_swift() {
  if ! command -v swift >/dev/null; then
    say "Podium is written in Swift and needs its toolchain, version 6.2 or later."
    say "Next: install it from swift.org/install, then run this again."
    exit 1
  fi
}

# Installs the packages of the list in $1 that are missing; says which, and why.
install_missing() {
  missing=""
  reasons=""
  while IFS=: read -r package reason; do
    [ -n "$package" ] || continue
    if ! dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed'; then
      missing="$missing $package"
      reasons="$reasons
  $package: $reason"
    fi
  done <<EOF
$1
EOF
  [ -n "$missing" ] || return 0
  if ! command -v apt-get >/dev/null; then
    say "These packages are missing, and this system has no apt-get to install them:$reasons"
    say "Next: install their equivalents with the system's own package manager, then run this again."
    exit 1
  fi
  say "Installing what is missing:$reasons"
  as_root=""
  if [ "$(id -u)" != 0 ]; then
    if ! command -v sudo >/dev/null; then
      say "Next: let an administrator run: apt-get install$missing"
      exit 1
    fi
    as_root="sudo"
  fi
  $as_root apt-get update -qq
  # shellcheck disable=SC2086
  $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $missing >/dev/null
}

# Builds configuration $1 unless the program is newer than everything it is made from.
build() {
  configuration=$1
  program=".build/$configuration/podium"
  if [ -x "$program" ] && [ -x ".build/$configuration/podium-workload" ] &&
    [ -z "$(find Package.swift Sources -newer "$program" -print -quit)" ]; then
    return 0
  fi
  say "Building Podium ($configuration); the first time takes a few minutes."
  swift build -c "$configuration" --product podium >&2
  swift build -c "$configuration" --product podium-workload >&2
  # A build that changed nothing leaves the old date; the next start must not ask again.
  touch "$program"
}
