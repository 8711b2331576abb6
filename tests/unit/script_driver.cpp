// Runs scripts of script_program.cpp without Python, so that sanitizers see all there is: several threads launch at the
// same time, with helpers from the pool, in many orders. Says how many launches gave something else than they should.
#include <ptodsl/pool.hpp>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <initializer_list>
#include <pthread.h>

struct ptodsl_error;
extern "C" int64_t ptodsl_entry(const int64_t* args, ptodsl_error* error, ptodsl_host* host);

namespace {

constexpr int64_t elements = 12 * 16;
constexpr int launchers = 3;

// As the file has it: counts, then arrays of so many numbers.
struct Script {
    int64_t words, tasks, reads;
    const int64_t *first, *second, *given, *script, *wanted_first, *wanted_second, *wanted_reads;
};

const int64_t* take(const int64_t*& at, int64_t count) {
    const int64_t* taken = at;
    at += count;
    return taken;
}

Script parse(const int64_t*& at) {
    Script s;
    s.words = *take(at, 1);
    s.tasks = *take(at, 1);
    s.reads = *take(at, 1);
    for (const int64_t** array : {&s.first, &s.second, &s.given}) *array = take(at, elements);
    s.script = take(at, s.words);
    s.wanted_first = take(at, elements);
    s.wanted_second = take(at, elements);
    s.wanted_reads = take(at, s.reads);
    return s;
}

int64_t* copy(const int64_t* from, int64_t count) {
    int64_t* made = static_cast<int64_t*>(std::calloc(static_cast<size_t>(count) + 1, sizeof(int64_t)));
    if (from != nullptr) std::memcpy(made, from, static_cast<size_t>(count) * sizeof(int64_t));
    return made;
}

bool same(const int64_t* found, const int64_t* wanted, int64_t count) {
    return std::memcmp(found, wanted, static_cast<size_t>(count) * sizeof(int64_t)) == 0;
}

bool is_right(const Script& s, int64_t threads, uint64_t seed) {
    int64_t* arrays[] = {copy(s.first, elements),  copy(s.second, elements),     copy(s.given, elements),
                         copy(s.script, s.words), copy(nullptr, 2 * s.tasks), copy(nullptr, s.reads)};
    int64_t args[6];
    for (int i = 0; i < 6; ++i) args[i] = reinterpret_cast<int64_t>(arrays[i]);
    ptodsl::Guest host(threads, seed);
    const int64_t code = ptodsl_entry(args, nullptr, &host);
    const bool right = code == 0 && same(arrays[0], s.wanted_first, elements) &&
                       same(arrays[1], s.wanted_second, elements) && same(arrays[5], s.wanted_reads, s.reads);
    for (int64_t* array : arrays) std::free(array);
    return right;
}

struct Work {
    const int64_t* file;
    int64_t seed;
    int64_t wrong;
};

void* launch_all(void* argument) {
    Work& work = *static_cast<Work*>(argument);
    const int64_t* at = work.file;
    for (int64_t left = *take(at, 1); left > 0; --left) {
        const Script script = parse(at);
        for (const int64_t threads : {1, 2, 4, 8}) {
            work.wrong += !is_right(script, threads, 0);
            work.wrong += !is_right(script, threads, static_cast<uint64_t>(++work.seed));
        }
    }
    return nullptr;
}

int64_t* read_all(const char* name) {
    std::FILE* file = std::fopen(name, "rb");
    std::fseek(file, 0, SEEK_END);
    const long bytes = std::ftell(file);
    std::rewind(file);
    int64_t* numbers = copy(nullptr, bytes / 8);
    if (std::fread(numbers, 1, static_cast<size_t>(bytes), file) != static_cast<size_t>(bytes)) std::abort();
    std::fclose(file);
    return numbers;
}

}  // namespace

int main(int, char** arguments) {
    int64_t* file = read_all(arguments[1]);
    Work works[launchers];
    pthread_t threads[launchers];
    int64_t wrong = 0;
    for (int i = 0; i < launchers; ++i) {
        works[i] = {file, 1000 * (i + 1), 0};
        pthread_create(&threads[i], nullptr, launch_all, &works[i]);
    }
    for (int i = 0; i < launchers; ++i) {
        pthread_join(threads[i], nullptr);
        wrong += works[i].wrong;
    }
    std::free(file);
    std::printf("%lld wrong, %d threads\n", static_cast<long long>(wrong), ptodsl::Pool::threads());
    return wrong != 0;
}
