#!/usr/bin/env bash
# Installs and builds everything that the comparisons run, once: about 5 minutes on 2 quiet cores, 3 GB.
#   VISIONCLUSTER_MODELS=/models bench/compare/setup.sh        # /models/smollm2-135m-instruct/*.gguf
# Peers go to BENCH_PEERS (default: .peers beside this script). Packages of the system: apt.sh. Nothing is downloaded but npm packages.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
peers=$(mkdir -p "${BENCH_PEERS:-$here/.peers}" && cd "${BENCH_PEERS:-$here/.peers}" && pwd)
models=${VISIONCLUSTER_MODELS:-$root/../shared/models}
gguf=$(find "$models/smollm2-135m-instruct" -name '*.gguf' | head -n 1)
jobs=${BENCH_JOBS:-$(nproc)}

# transformers.js with sharp and its prebuilt ONNX Runtime (CPU only).
mkdir -p "$peers/transformers" "$peers/llama"
cp "$here"/transformers/package*.json "$peers/transformers/"
(cd "$peers/transformers" && ONNXRUNTIME_NODE_INSTALL=skip npm ci --ignore-scripts --no-audit --no-fund)

# llama.cpp: node-llama-cpp carries its whole source as a git bundle. Its prebuilt binaries (optional packages) stay away.
cp "$here"/llama/package*.json "$peers/llama/"
(cd "$peers/llama" && npm ci --ignore-scripts --omit=optional --no-audit --no-fund)
[ -d "$peers/llama.cpp" ] || git clone --quiet "$peers/llama/node_modules/node-llama-cpp/llama/gitRelease.bundle" "$peers/llama.cpp"
cmake -S "$peers/llama.cpp" -B "$peers/llama-build" -DCMAKE_BUILD_TYPE=Release -DGGML_NATIVE=ON -DBUILD_SHARED_LIBS=OFF -DLLAMA_CURL=OFF \
  -DLLAMA_OPENSSL=OFF -DLLAMA_BUILD_TESTS=OFF -DLLAMA_BUILD_SERVER=OFF -DLLAMA_BUILD_UI=OFF -DLLAMA_BUILD_EXAMPLES=OFF >"$peers/cmake.log"
make -C "$peers/llama-build" -j"$jobs" llama-batched-bench llama-quantize >"$peers/make.log"
g++ -O2 -std=c++17 -I"$peers/llama.cpp/include" -I"$peers/llama.cpp/ggml/include" "$here/greedy.cpp" -o "$peers/greedy" \
  "$peers/llama-build/src/libllama.a" "$peers"/llama-build/ggml/src/libggml{,-cpu,-base}.a -fopenmp -lpthread -ldl
for type in Q8_0 Q4_0; do
  [ -f "$peers/$type.gguf" ] || "$peers/llama-build/bin/llama-quantize" --allow-requantize "$gguf" "$peers/$type.gguf" "$type" "$jobs" >"$peers/quantize.log" 2>&1
done

# Ours, and checkpoints of real size with random weights, which transformers.js gets as exports.
dotnet build "$root/src/Cli" --configuration Release --verbosity quiet --nologo
cli="dotnet $root/src/Cli/bin/Release/net10.0/visioncluster.dll"
for shape in vit-b16-224 siglip-b16-512 smolvlm-256m; do
  [ -f "$peers/weights/$shape/config.json" ] || { rm -rf "$peers/weights/$shape"; $cli bench weights "$shape" --output "$peers/weights/$shape"; }
done
for shape in vit-b16-224 siglip-b16-512; do
  [ -d "$peers/exports/$shape" ] || { mkdir -p "$peers/exports"; $cli export "$peers/weights/$shape" --quantized --output "$peers/exports/$shape"; }
done
node "$here/photo.mjs" "$peers/photo.jpg"
echo "Ready: $here/run-all.sh"
