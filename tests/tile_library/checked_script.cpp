// Runs scripts of what checked kernels say to the engine: numbers, one record after another, each with its line. The work
// of an instruction is a sum over the bytes it reads, which it writes: so an order that matters changes the memories.
#include <cstdint>

#include <pto/checked/engine.hpp>
#include <pto/checked/kernel.hpp>
#include <ptodsl/checked/control.hpp>

namespace {

using namespace pto::checked;

constexpr int64_t memory_bytes = 4096;
constexpr const char* file = "script";

unsigned char memories[8 * memory_bytes];
int64_t done[1 << 16];
int64_t done_count;

class Reader {
public:
    Reader(const int64_t* code, int64_t length) : code_(code), end_(code + length) {}
    bool has_more() const { return code_ < end_; }
    int64_t number() { return *code_++; }
    int small() { return static_cast<int>(number()); }
    const char* text() { return reinterpret_cast<const char*>(number()); }
    Site site() { return {file, small()}; }

    Touch touch() {
        Touch result{text(), static_cast<Effect>(number()), {static_cast<Space>(number()), 0, 0}};
        Region& region = result.region;
        region.start = static_cast<uint64_t>(number());
        if (region.space == Space::Global) region.start += reinterpret_cast<uintptr_t>(memories + 7 * memory_bytes);
        region.run = number();
        for (int64_t& count : region.count) count = number();
        for (int64_t& pitch : region.pitch) pitch = number();
        return result;
    }

    Parameter parameter() {
        Parameter result{};
        result.name = text();
        result.address = static_cast<int64_t>(reinterpret_cast<uintptr_t>(memories + 7 * memory_bytes)) + number();
        result.element_bytes = number();
        result.use = static_cast<Use>(number());
        result.rank = small();
        for (int64_t& extent : result.shape) extent = number();
        for (int64_t& stride : result.strides) stride = number();
        return result;
    }

private:
    const int64_t* code_;
    const int64_t* end_;
};

// Bytes beyond those that are kept here count for the engine alone.
template <typename Body>
void for_each_byte(const Region& region, Body body) {
    const bool is_global = region.space == Space::Global;
    unsigned char* memory = memories + static_cast<int64_t>(region.space) * memory_bytes;
    const int64_t start = static_cast<int64_t>(region.start - (is_global ? reinterpret_cast<uintptr_t>(memory) : 0));
    for (int64_t i = 0; i < region.count[0]; ++i)
        for (int64_t j = 0; j < region.count[1]; ++j)
            for (int64_t k = 0; k < region.count[2]; ++k)
                for (int64_t l = 0; l < region.count[3]; ++l)
                    for (int64_t byte = 0; byte < region.run; ++byte) {
                        const int64_t at = start + i * region.pitch[0] + j * region.pitch[1] + k * region.pitch[2] +
                                           l * region.pitch[3] + byte;
                        if (at >= 0 && at < memory_bytes) body(memory[at]);
                    }
}

void work(const Instruction& instruction) {
    done[done_count++] = instruction.site.line;
    uint64_t sum = static_cast<uint64_t>(instruction.site.line) * 0x9e3779b97f4a7c15u;
    for (int i = 0; i < instruction.count; ++i)
        if (instruction.touches[i].effect == Effect::Read)
            for_each_byte(instruction.touches[i].region,
                          [&](unsigned char& byte) { sum = (sum ^ byte) * 0x100000001b3u + (sum >> 29); });
    for (int i = 0; i < instruction.count; ++i)
        if (instruction.touches[i].effect == Effect::Write)
            for_each_byte(instruction.touches[i].region,
                          [&](unsigned char& byte) { byte = static_cast<unsigned char>((sum = sum * 31 + 7) >> 24); });
        else if (instruction.touches[i].effect == Effect::Add)
            for_each_byte(instruction.touches[i].region,
                          [&](unsigned char& byte) { byte = static_cast<unsigned char>(byte + (sum >> 24)); });
}

Instruction instruction_of(Reader& reader) {
    Instruction instruction{};
    instruction.site = reader.site();
    instruction.name = reader.text();
    instruction.pipe = reader.small();
    instruction.fractals = reader.small();
    instruction.has_hidden_flags = reader.number() != 0;
    instruction.is_elementwise = reader.number() != 0;
    instruction.count = reader.small();
    for (int i = 0; i < instruction.count; ++i) instruction.touches[i] = reader.touch();
    return instruction;
}

void flag(Reader& reader, void (*say)(pipe_t, pipe_t, event_t, Site)) {
    const Site site = reader.site();
    const pipe_t source = reader.small(), target = reader.small();
    say(source, target, reader.small(), site);
}

void access(Reader& reader) {
    Instruction instruction{};
    instruction.site = reader.site();
    instruction.touches[0] = reader.touch();
    instruction.count = 1;
    auto body = [=] { work(instruction); };
    const bool reads = instruction.touches[0].effect == Effect::Read;
    scalar_access(instruction.touches[0], instruction.site, reads ? Work{} : work_of(body));
    if (reads) body();
}

void start_kernel(Reader& reader) {
    const Site site = reader.site();
    Parameter parameters[8];
    const int count = reader.small();
    for (int i = 0; i < count; ++i) parameters[i] = reader.parameter();
    begin("kernel", parameters, count, site);
}

void look(Reader& reader) {
    const Site site = reader.site();
    const char* op = reader.text();
    const Touch touch = reader.touch();
    if (!inside_parameters(op, touch.operand, touch.effect, touch.region, site)) done[done_count++] = site.line;
}

void step(Reader& reader) {
    switch (reader.number()) {
        case 0: {
            const Instruction instruction = instruction_of(reader);
            auto body = [=] { work(instruction); };
            issue(instruction, work_of(body));
            break;
        }
        case 1: flag(reader, set); break;
        case 2: flag(reader, wait); break;
        case 3: {
            const Site site = reader.site();
            barrier(reader.small(), site);
            break;
        }
        case 4: access(reader); break;
        case 5: start_kernel(reader); break;
        case 6: end(reader.site()); break;
        case 7: look(reader); break;
        default: break;
    }
}

}  // namespace

#define VISIBLE extern "C" __attribute__((visibility("default")))

// Gives how many works were done; `order` takes their lines, `memory` what the memories hold in the end.
VISIBLE int64_t run_script(const int64_t* code, int64_t length, int64_t* order, unsigned char* memory) {
    for (int64_t i = 0; i < 8 * memory_bytes; ++i) memories[i] = static_cast<unsigned char>(i * 37);
    done_count = 0;
    for (Reader reader(code, length); reader.has_more();) step(reader);
    for (int64_t i = 0; i < done_count; ++i) order[i] = done[i];
    for (int64_t i = 0; i < 8 * memory_bytes; ++i) memory[i] = memories[i];
    return done_count;
}

VISIBLE unsigned char* shadow_of(const void* start, int64_t bytes) { return global_shadow(start, bytes); }

VISIBLE void report_text(const char* kind, const char* at, int64_t line, const char* name, const char* value) {
    const Field field{name, value, 0};
    report(kind, {at, static_cast<int>(line)}, &field, 1);
}
