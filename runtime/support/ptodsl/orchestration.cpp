// Tensors, and what the calls of orchestration.hpp ask of the task graph.
#include <ptodsl/orchestration.hpp>

#include <cstring>

#include <ptodsl/graph/launch.hpp>

#include <ptodsl/checked/tensors.hpp>

#if defined(PTO_CHECKED)
#include <pto/checked/engine.hpp>
#include <ptodsl/checked/control.hpp>
#endif

namespace ptodsl {

#if defined(PTO_CHECKED)

void declare_undefined(const void* start, size_t bytes) { ptodsl_check_undefined(start, static_cast<int64_t>(bytes)); }

void judge_element(const void* start, int64_t bytes, int rank, const int64_t* indices, bool to_write, const Place& place) {
    unsigned char* known = pto::checked::global_shadow(start, bytes);
    if (known == nullptr) return;
    bool is_defined = true;
    for (int64_t i = 0; i < bytes; ++i) is_defined = is_defined && known[i] != 0;
    std::memset(known, 0xff, static_cast<size_t>(bytes));
    if (to_write || is_defined) return;
    const pto::checked::Field fields[] = {{"op", "read", 0},
                                          {"operand", "tensor", 0},
                                          {"row", nullptr, rank > 1 ? indices[rank - 2] : 0},
                                          {"column", nullptr, indices[rank - 1]},
                                          {"count", nullptr, 1}};
    pto::checked::report("undefined-read", {place.file, place.line}, fields, 5);
}

#endif

Tensor::Tensor(void* base, int64_t element_size, int rank, const int64_t* shape, Block* block)
    : base_(static_cast<unsigned char*>(base)), block_(block), element_size_(element_size), rank_(rank) {
    int64_t stride = 1;
    for (int dim = rank - 1; dim >= 0; --dim) {
        shape_[dim] = shape[dim];
        strides_[dim] = stride;
        stride *= shape[dim];
    }
}

Tensor::Tensor(const Tensor& other) {
    std::memcpy(static_cast<void*>(this), &other, sizeof other);
    if (block_ != nullptr) ++block_->references;
}

Tensor& Tensor::operator=(const Tensor& other) {
    if (other.block_ != nullptr) ++other.block_->references;
    if (block_ != nullptr) drop();
    if (this != &other) std::memcpy(static_cast<void*>(this), &other, sizeof other);
    return *this;
}

void Tensor::drop() {
    if (--block_->references == 0) block_->graph->abandon(block_);
}

int64_t Tensor::position(const int64_t* indices) const {
    int64_t sum = offset_;
    for (int dim = 0; dim < rank_; ++dim) sum += indices[dim] * strides_[dim];
    return sum;
}

int64_t Tensor::last() const {
    int64_t sum = offset_;
    for (int dim = 0; dim < rank_; ++dim) sum += (shape_[dim] - 1) * strides_[dim];
    return sum;
}

bool Tensor::holds(const int64_t* offsets, const int64_t* sizes) const {
    for (int dim = 0; dim < rank_; ++dim) {
        const int64_t size = sizes == nullptr ? 1 : sizes[dim];
        if (offsets[dim] < 0 || size < 1 || size > shape_[dim] || offsets[dim] > shape_[dim] - size) return false;
    }
    return true;
}

Tensor Tensor::window(const int64_t* offsets, const int64_t* sizes) const {
    Tensor result(*this);
    result.offset_ = position(offsets);
    for (int dim = 0; dim < rank_; ++dim) result.shape_[dim] = sizes == nullptr ? 1 : sizes[dim];
    return result;
}

Tensor Tensor::shaped(int rank, const int64_t* shape) const {
    Tensor result(base_, element_size_, rank, shape, block_);
    if (block_ != nullptr) ++block_->references;
    result.offset_ = offset_;
    if (!is_contiguous()) result.keep_strides(*this);
    return result;
}

// Dims of one element may come and go between the others, whose strides stay.
void Tensor::keep_strides(const Tensor& source) {
    int from = source.rank_ - 1;
    for (int dim = rank_ - 1; dim >= 0; --dim) {
        if (shape_[dim] == 1) continue;
        while (from > 0 && source.shape_[from] == 1) --from;
        strides_[dim] = source.strides_[from--];
    }
}

bool Tensor::is_contiguous() const {
    int64_t expected = 1;
    for (int dim = rank_ - 1; dim >= 0; --dim) {
        if (shape_[dim] != 1 && strides_[dim] != expected) return false;
        expected *= shape_[dim];
    }
    return true;
}

Box Tensor::box() const {
    Box box;
    box.first = offset_;
    box.last = last();
    box.is_dense = is_contiguous();
    box.rank = rank_;
    box.has_coordinates = false;
    for (int dim = 0; dim < rank_; ++dim) box.strides[dim] = strides_[dim];
    box.find_coordinates(shape_);
    return box;
}

bool Tensor::meets(const Tensor& other) const {
    return base_ == other.base_ && base_ != nullptr && box().meets(other.box());
}

Orchestration::Orchestration(pto_ahead* (*ahead)()) : graph_(Graph::borrow(ptodsl_current_host, ahead)) {}

Orchestration::~Orchestration() {
    if (graph_ == nullptr) return;
    graph_->finish();
    graph_->give_back();
}

Tensor Orchestration::create(int64_t element_size, int rank, const int64_t* shape, bool poisoned) {
    size_t bytes = static_cast<size_t>(element_size);
    for (int dim = 0; dim < rank; ++dim) bytes *= static_cast<size_t>(shape[dim]);
    Block* block = take(bytes);
    void* base = block == nullptr ? nullptr : block->data();
    if (base != nullptr) declare_undefined(base, bytes);
    if (poisoned && base != nullptr) std::memset(base, 0xFF, bytes);  // NaN in every float format, -1 in integers
    return Tensor(base, element_size, rank, shape, block);
}

Tensor Orchestration::pass(void* base, int64_t element_size, int rank, const int64_t* shape) {
    return Tensor(base, element_size, rank, shape, take(0));
}

Block* Orchestration::take(size_t bytes) {
    Block* block = graph_ == nullptr ? nullptr : graph_->take(bytes);
    if (block == nullptr && graph_ != nullptr) graph_->fail();
    return block;
}

bool Orchestration::run(Task task, const int64_t* slots, int slot_count, const Access* accesses, int tensors) {
    for (int i = 0; i < tensors; ++i) {
        for (int j = 0; j < i; ++j) {
            const bool written = accesses[i].writes || accesses[j].writes;
            if (written && accesses[i].tensor->meets(*accesses[j].tensor)) return false;
        }
    }
    return graph_ != nullptr && graph_->submit(task, slots, slot_count, accesses, tensors);
}

// The place of an element, once it may be read or written; null where tasks are not run any more.
void* Orchestration::settle(const Tensor& tensor, const int64_t* indices, bool to_write, const Place& place) {
    if (fault(0) != 0) return nullptr;
    if (tensor.block_ != nullptr) graph_->wait_for(tensor.window(indices, nullptr), to_write);
    void* element = tensor.at(tensor.position(indices));
    judge_element(element, tensor.element_size_, tensor.rank(), indices, to_write, place);
    return element;
}

int64_t Orchestration::fault(int64_t message) const {
    const int64_t stopped = graph_ == nullptr ? out_of_memory : graph_->stopped();
    return stopped != 0 ? stopped : message;
}

int64_t Orchestration::finish() {
    if (graph_ != nullptr) graph_->finish();
    return fault(0);
}

}  // namespace ptodsl
