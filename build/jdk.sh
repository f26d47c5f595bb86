# Finds a JDK 25. For scripts to read in; they call require_jdk NAME and then have its home in $jdk.

user=${HOME:-/nonexistent}

# Where systems and version managers put JDKs.
installed() {
  for candidate in /usr/lib/jvm/* /usr/lib64/jvm/* /usr/java/* /opt/java/* /opt/jdk* \
    /Library/Java/JavaVirtualMachines/*/Contents/Home /opt/homebrew/opt/openjdk*/libexec/openjdk.jdk/Contents/Home \
    /usr/local/opt/openjdk* "$user"/Library/Java/JavaVirtualMachines/*/Contents/Home "$user"/.sdkman/candidates/java/* \
    "$user"/.jdks/* "$user"/.local/share/mise/installs/java/* "$user"/.asdf/installs/java/*; do
    echo "$candidate"
  done
}

on_path() {
  java=$(command -v javac 2>/dev/null || command -v java 2>/dev/null || true)
  java=$(readlink -f "$java" 2>/dev/null || echo "$java")
  echo "${java%/bin/java*}"
}

version() {
  sed -n 's/^JAVA_VERSION="\(.*\)"/\1/p' "$1/release" 2>/dev/null || true
}

find_jdk() {
  { echo "${MINKE_JAVA_HOME:-}" && echo "${JAVA_HOME:-}" && on_path && installed; } | while IFS= read -r candidate; do
    case $(version "$candidate") in
      25 | 25[.]*)
        if [ -x "$candidate/bin/java" ] && [ -x "$candidate/bin/javac" ]; then
          echo "$candidate"
          break
        fi
        ;;
    esac
  done
}

# The home of a JDK 25; a line in the name of the program that asks and an end where there is none.
require_jdk() {
  jdk=$(find_jdk)
  if [ -z "$jdk" ]; then
    found=none
    for candidate in "${MINKE_JAVA_HOME:-}" "${JAVA_HOME:-}" "$(on_path)"; do
      [ "$found" != none ] || [ -z "$(version "$candidate")" ] || found="$(version "$candidate") in $candidate"
    done
    echo "$1: expected a JDK 25, found $found; install one, for example Eclipse Temurin 25 (https://adoptium.net), and set JAVA_HOME to it" >&2
    exit 1
  fi
}
