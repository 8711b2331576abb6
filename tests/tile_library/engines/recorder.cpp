// An engine that does everything at once and remembers what it was told: the bytes that instructions touch, and
// findings.
#include <pto/checked/engine.hpp>
#include <pto/checked/kernel.hpp>
#include <ptodsl/checked/control.hpp>
#include <ptodsl/checked/operands/operands.hpp>

#include <map>
#include <string>

namespace pto::checked {

namespace {

std::string findings, touches;
std::map<const unsigned char*, std::string> shadows;

std::string quoted(const char* text) { return '"' + std::string(text) + '"'; }

std::string numbers(const int64_t (&values)[4]) {
    std::string text = "[";
    for (int64_t value : values) text += std::to_string(value) + ",";
    text.back() = ']';
    return text;
}

void append(std::string& list, const std::string& item) { list += (list.empty() ? "" : ",") + item; }

}  // namespace

void issue(const Instruction& instruction, const Work& work) {
    constexpr const char* effects[] = {"read", "write", "add"};
    for (int i = 0; i < instruction.count; ++i) {
        const Touch& touch = instruction.touches[i];
        append(touches, "{\"op\":" + quoted(instruction.name) + ",\"pipe\":" + std::to_string(instruction.pipe) +
                            ",\"operand\":" + quoted(touch.operand) +
                            ",\"effect\":" + quoted(effects[static_cast<int>(touch.effect)]) +
                            ",\"space\":" + std::to_string(static_cast<int>(touch.region.space)) +
                            ",\"start\":" + std::to_string(touch.region.start) +
                            ",\"run\":" + std::to_string(touch.region.run) +
                            ",\"count\":" + numbers(touch.region.count) + ",\"pitch\":" + numbers(touch.region.pitch) +
                            ",\"hidden_flags\":" + std::to_string(instruction.has_hidden_flags) +
                            ",\"fractals\":" + std::to_string(instruction.fractals) + "}");
    }
    work.run(work.state);
}
void scalar_access(const Touch&, Site, const Work& write) {
    if (write.run) write.run(write.state);
}
bool inside_parameters(const char*, const char*, Effect, const Region&, Site) { return true; }

unsigned char* global_shadow(const void* start, int64_t bytes) {
    const auto* first = static_cast<const unsigned char*>(start);
    auto next = shadows.upper_bound(first);
    if (next == shadows.begin()) return nullptr;
    auto& [base, shadow] = *--next;
    const int64_t offset = first - base;
    if (offset + bytes > static_cast<int64_t>(shadow.size())) return nullptr;
    return reinterpret_cast<unsigned char*>(shadow.data()) + offset;
}

void set(pipe_t, pipe_t, event_t, Site) {}
void wait(pipe_t, pipe_t, event_t, Site) {}
void barrier(pipe_t, Site) {}

void report(const char* kind, Site site, const Field* fields, int count, Site) {
    std::string item = "{\"kind\":" + quoted(kind) + ",\"file\":" + quoted(site.file) +
                       ",\"line\":" + std::to_string(site.line);
    for (int i = 0; i < count; ++i)
        item += "," + quoted(fields[i].name) + ":" +
                (fields[i].text ? quoted(fields[i].text) : std::to_string(fields[i].number));
    append(findings, item + "}");
}

void begin(const char*, const Parameter*, int, Site) {}
void end(Site) {}

}  // namespace pto::checked

void ptodsl_check_start(const ptodsl_check*) {
    pto::checked::findings.clear();
    pto::checked::touches.clear();
    pto::checked::shadows.clear();
}
void ptodsl_check_undefined(const void* start, int64_t bytes) {
    pto::checked::shadows[static_cast<const unsigned char*>(start)] = std::string(static_cast<size_t>(bytes), '\0');
}
const char* ptodsl_check_findings() {
    static std::string answer;
    answer = "[" + pto::checked::findings + "]";
    return answer.c_str();
}
extern "C" __attribute__((visibility("default"))) const char* recorded_touches() {
    static std::string answer;
    answer = "[" + pto::checked::touches + "]";
    return answer.c_str();
}
