#!/usr/bin/env bash
# Fetches the engines that `peers` measures into the given directory, each by itself: one that cannot be had is left out. Nothing is
# installed on the system. What is there already is not fetched again. Neither the build nor the tests need any of it.
set -uo pipefail
sources="$(cd "$(dirname "$0")" && pwd)"
target="${1:?usage: fetch.sh DIRECTORY}"
mkdir -p "$target"
cd "$target" || exit 1

# A package of the distribution, unpacked.
debian() {
  [ -d "$2" ] && return
  rm -rf "$1.part" && mkdir "$1.part"
  if (cd "$1.part" && apt-get download -q "$1" && dpkg-deb -x ./*.deb unpacked) >>fetch.log 2>&1; then
    mv "$1.part/unpacked" "$2"
  else
    echo "$1: not available"
  fi
  rm -rf "$1.part"
}

# A package of npm with a pinned version; its scripts are not run, the packages bring what they need ready made.
npm_package() {
  [ -d "$2" ] && return
  rm -rf "$2.part" && mkdir "$2.part"
  if (cd "$2.part" && echo '{"private":true}' >package.json && npm install --ignore-scripts --no-audit --no-fund "$1") >>fetch.log 2>&1; then
    mv "$2.part" "$2"
  else
    echo "$1: not available"
    rm -rf "$2.part"
  fi
}

debian libhnswlib-dev hnswlib
debian python3-faiss faiss
debian libopenblas0-pthread openblas # else FAISS trains with the slow reference BLAS
npm_package usearch@2.25.3 usearch
npm_package @zvec/zvec@0.7.0 zvec
npm_package @lancedb/lancedb@0.39.0 lancedb
npm_package chromadb-js-bindings-linux-x64-gnu@1.0.5 chroma

# For this machine's processor, as all the others choose their kernels for it.
if [ -d hnswlib ] && [ "$sources/hnswlib.cpp" -nt hnswlib/peer ]; then
  g++ -O3 -march=native -std=c++17 -pthread -w -isystem hnswlib/usr/include "$sources/hnswlib.cpp" -o hnswlib/peer >>fetch.log 2>&1 \
    || echo "hnswlib: no compiler"
fi
exit 0
