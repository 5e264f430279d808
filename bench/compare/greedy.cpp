// Greedy tokens of llama.cpp for a prompt of token ids: what a comparison of speeds is checked with.
//   greedy MODEL.gguf THREADS COUNT ID,ID,...      prints the ids, separated by commas
#include <cstdio>
#include <cstdlib>
#include <sstream>
#include <string>
#include <vector>

#include "llama.h"

int main(int argc, char ** argv) {
    if (argc != 5) {
        std::fprintf(stderr, "usage: greedy MODEL.gguf THREADS COUNT ID,ID,...\n");
        return 2;
    }
    llama_log_set([](ggml_log_level, const char *, void *) {}, nullptr);
    llama_backend_init();
    llama_model * model = llama_model_load_from_file(argv[1], llama_model_default_params());
    if (!model) {
        std::fprintf(stderr, "%s does not load\n", argv[1]);
        return 1;
    }

    std::vector<llama_token> prompt;
    std::stringstream list(argv[4]);
    for (std::string id; std::getline(list, id, ',');) {
        prompt.push_back(std::atoi(id.c_str()));
    }

    const int count = std::atoi(argv[3]);
    llama_context_params params = llama_context_default_params();
    params.n_ctx = static_cast<uint32_t>(prompt.size()) + count;
    params.n_threads = params.n_threads_batch = std::atoi(argv[2]);
    llama_context * context = llama_init_from_model(model, params);
    const int vocabulary = llama_vocab_n_tokens(llama_model_get_vocab(model));
    llama_batch batch = llama_batch_get_one(prompt.data(), static_cast<int32_t>(prompt.size()));
    llama_token next = 0;
    for (int i = 0; i < count; i++) {
        if (llama_decode(context, batch) != 0) {
            std::fprintf(stderr, "decoding failed\n");
            return 1;
        }
        const float * logits = llama_get_logits_ith(context, -1);
        next = 0;
        for (int id = 1; id < vocabulary; id++) {
            if (logits[id] > logits[next]) {
                next = id;
            }
        }
        std::printf(i == 0 ? "%d" : ",%d", next);
        batch = llama_batch_get_one(&next, 1);
    }
    std::printf("\n");
    llama_free(context);
    llama_model_free(model);
    return 0;
}
