// An engine that judges nothing: its findings are what it was told, so that tests see what the host says to it.
#include <pto/checked/engine.hpp>
#include <pto/checked/kernel.hpp>
#include <ptodsl/checked/control.hpp>
#include <ptodsl/checked/operands/operands.hpp>

#include <string>

namespace {

std::string findings;
int64_t limit = 0;
int64_t count = 0;

void add(const std::string& finding) {
    if (count++ < limit) findings += (findings.empty() ? "" : ",") + finding;
}

std::string field_of(const char* name, int64_t value) { return ",\"" + std::string(name) + "\":" + std::to_string(value); }

std::string at(const char* kind, pto::checked::Site site) {
    return "{\"kind\":\"" + std::string(kind) + "\",\"file\":\"" + site.file + "\",\"line\":" + std::to_string(site.line);
}

}  // namespace

namespace pto::checked {

void issue(const Instruction& instruction, const Work& work) {
    if (instruction.pipe == PIPE_V)
        add(at("race", instruction.site) + ",\"other_file\":\"program.cpp\",\"other_line\":" +
            std::to_string(instruction.site.line - 1) + ",\"relaxed\":1,\"why\":\"it is fake\",\"op\":\"TADD\",\"pipe\":\"V\","
            "\"effect\":\"reads\",\"operand\":\"src0\",\"other_op\":\"TLOAD\",\"other_pipe\":\"MTE2\","
            "\"other_effect\":\"writes\",\"other_operand\":\"dst\",\"memory\":\"UB\",\"start\":0,\"end\":64}");
    work.run(work.state);
}
void scalar_access(const Touch&, Site, const Work&) {}
void set(pipe_t, pipe_t, event_t, Site) {}
void wait(pipe_t, pipe_t, event_t, Site) {}
void barrier(pipe_t, Site) {}
bool inside_parameters(const char*, const char*, Effect, const Region&, Site) { return true; }
unsigned char* global_shadow(const void*, int64_t) { return nullptr; }
void report(const char*, Site, const Field*, int, Site) {}

void begin(const char*, const Parameter* parameters, int tensors, Site site) {
    for (int i = 0; i < tensors; ++i) {
        const Parameter& one = parameters[i];
        add(at("parameter", site) + ",\"name\":\"" + one.name + "\"" + field_of("address", one.address) +
            field_of("bytes", one.element_bytes) + field_of("use", static_cast<int>(one.use)) +
            field_of("rank", one.rank) + field_of("extent", one.shape[0]) + field_of("stride", one.strides[0]) + "}");
    }
}
void end(Site) {}

}  // namespace pto::checked

void ptodsl_check_start(const ptodsl_check* check) {
    findings.clear();
    count = 0;
    limit = check->limit;
    add("{\"kind\":\"start\"" + field_of("schedule", check->schedule) + field_of("seed", check->seed) + "}");
}
void ptodsl_check_undefined(const void* start, int64_t bytes) {
    add("{\"kind\":\"undefined\"" + field_of("address", reinterpret_cast<int64_t>(start)) + field_of("bytes", bytes) + "}");
}
void ptodsl_check_record(int) {}
const char* ptodsl_check_findings() {
    static std::string text;
    text = "[" + findings + "]";
    return text.c_str();
}
