// The engine of the checked tile library: compiled once for each architecture, linked to every checked program.
#include <ptodsl/checked/engine.hpp>
#include <ptodsl/checked/operands/operands.hpp>

namespace {

pto::checked::Engine engine;

}  // namespace

namespace pto::checked {

void issue(const Instruction& instruction, const Work& work) { engine.issue(instruction, work); }
void scalar_access(const Touch& touch, Site site, const Work& write) { engine.scalar_access(touch, site, write); }
bool inside_parameters(const char* op, const char* operand, Effect effect, const Region& region, Site site) {
    return engine.inside_parameters(op, operand, effect, region, site);
}
unsigned char* global_shadow(const void* start, int64_t bytes) { return engine.global_shadow(start, bytes); }

void set(pipe_t source, pipe_t target, event_t event, Site site) { engine.set({source, target, event}, site); }
void wait(pipe_t source, pipe_t target, event_t event, Site site) { engine.wait({source, target, event}, site); }
void barrier(pipe_t pipe, Site site) { engine.barrier(pipe, site); }

void report(const char* kind, Site at, const Field* fields, int count, Site other) {
    engine.report(kind, at, fields, count, other);
}

void begin(const char*, const Parameter* parameters, int count, Site) { engine.begin(parameters, count); }
void end(Site) { engine.end(); }

}  // namespace pto::checked

void ptodsl_check_start(const ptodsl_check* check) { engine.start(*check); }
void ptodsl_check_undefined(const void* start, int64_t bytes) { engine.declare_undefined(start, bytes); }
void ptodsl_check_record(int descriptor) { engine.record(descriptor); }
const char* ptodsl_check_findings() { return engine.findings(); }
