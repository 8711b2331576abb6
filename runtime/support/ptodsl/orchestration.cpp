// Tensors, intermediates and tasks of orchestration.hpp.
#include <ptodsl/orchestration.hpp>

#include <cstdlib>
#include <cstring>

namespace ptodsl {

// The memory of an intermediate, behind this header; it goes back to its arena when no tensor refers to it.
struct alignas(64) Block {
    Arena* arena;
    Block* next;
    void* allocation;
    int64_t references;
    int size_class;

    void* data() { return this + 1; }
};

// The intermediates of one launch at a time. It keeps the memory of what has been freed, so that a program which has
// run once allocates nothing when it runs again. Sizes are rounded up to a quarter of their power of two, so that blocks
// of like sizes can serve one another.
class Arena {
public:
    Block* take(size_t bytes);
    void give_back(Block* block);
    void free_all();

private:
    static constexpr int size_classes = 4 * 48;

    static int class_of(size_t bytes);
    static size_t bytes_of(int size_class);
    Block* allocate(int size_class);

    Block* free_[size_classes];
};

namespace {

// The arenas that no launch is using: launches at the same time have one each.
Arena* spare_arenas[16];

Arena* borrow_arena() {
    for (Arena*& place : spare_arenas) {
        if (Arena* arena = __atomic_exchange_n(&place, nullptr, __ATOMIC_ACQUIRE)) return arena;
    }
    return static_cast<Arena*>(std::calloc(1, sizeof(Arena)));
}

void give_back_arena(Arena* arena) {
    for (Arena*& place : spare_arenas) {
        Arena* nobody = nullptr;
        if (__atomic_compare_exchange_n(&place, &nobody, arena, false, __ATOMIC_RELEASE, __ATOMIC_RELAXED)) return;
    }
    arena->free_all();
    std::free(arena);
}

}  // namespace

int Arena::class_of(size_t bytes) {
    if (bytes < alignof(Block)) bytes = alignof(Block);
    const int power = 63 - __builtin_clzll(bytes);
    const int size_class = 4 * power + static_cast<int>((bytes >> (power - 2)) & 3);
    return bytes_of(size_class) < bytes ? size_class + 1 : size_class;
}

size_t Arena::bytes_of(int size_class) {
    return static_cast<size_t>(4 + (size_class & 3)) << (size_class / 4 - 2);
}

Block* Arena::allocate(int size_class) {
    char* memory = static_cast<char*>(std::malloc(bytes_of(size_class) + sizeof(Block) + alignof(Block)));
    if (memory == nullptr) return nullptr;
    const size_t past = reinterpret_cast<uintptr_t>(memory) % alignof(Block);
    Block* block = reinterpret_cast<Block*>(memory + alignof(Block) - past);
    block->arena = this;
    block->allocation = memory;
    block->size_class = size_class;
    return block;
}

Block* Arena::take(size_t bytes) {
    const int size_class = class_of(bytes);
    if (size_class >= size_classes) return nullptr;
    Block* block = free_[size_class];
    if (block != nullptr) {
        free_[size_class] = block->next;
    } else {
        block = allocate(size_class);
    }
    if (block != nullptr) block->references = 1;
    return block;
}

void Arena::give_back(Block* block) {
    block->next = free_[block->size_class];
    free_[block->size_class] = block;
}

void Arena::free_all() {
    for (Block*& first : free_) {
        while (first != nullptr) {
            Block* block = first;
            first = block->next;
            std::free(block->allocation);
        }
    }
}

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
    if (--block_->references == 0) block_->arena->give_back(block_);
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
    for (int dim = 0; dim < rank_; ++dim) result.shape_[dim] = sizes[dim];
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

bool Tensor::has_strides_of(const Tensor& other) const {
    if (rank_ != other.rank_) return false;
    for (int dim = 0; dim < rank_; ++dim) {
        if (strides_[dim] != other.strides_[dim]) return false;
    }
    return true;
}

// The offset taken apart into the indices of the first element. False where rows of the window run over the end of the
// rows below it, as they may after a reshape: then indices tell nothing about bytes.
bool Tensor::unravel(int64_t* indices) const {
    int64_t rest = offset_;
    for (int dim = 0; dim < rank_; ++dim) {
        indices[dim] = rest / strides_[dim];
        rest %= strides_[dim];
        if (dim > 0 && (indices[dim] + shape_[dim]) * strides_[dim] > strides_[dim - 1]) return false;
    }
    return true;
}

bool Tensor::windows_meet(const Tensor& other) const {
    if (offset_ > other.last() || other.offset_ > last()) return false;
    int64_t own[max_rank];
    int64_t its[max_rank];
    if (!has_strides_of(other) || !unravel(own) || !other.unravel(its)) return true;
    for (int dim = 0; dim < rank_; ++dim) {
        if (own[dim] >= its[dim] + other.shape_[dim] || its[dim] >= own[dim] + shape_[dim]) return false;
    }
    return true;
}

Orchestration::~Orchestration() {
    if (arena_ != nullptr) give_back_arena(arena_);
}

Tensor Orchestration::create(int64_t element_size, int rank, const int64_t* shape, bool poisoned) {
    size_t bytes = static_cast<size_t>(element_size);
    for (int dim = 0; dim < rank; ++dim) bytes *= static_cast<size_t>(shape[dim]);
    if (arena_ == nullptr) arena_ = borrow_arena();
    Block* block = arena_ == nullptr ? nullptr : arena_->take(bytes);
    failed_ = failed_ || block == nullptr;
    void* base = block == nullptr ? nullptr : block->data();
    if (poisoned && base != nullptr) std::memset(base, 0xFF, bytes);  // NaN in every float format, -1 in integers
    return Tensor(base, element_size, rank, shape, block);
}

bool Orchestration::run(Task task, const int64_t* slots, const Access* accesses, int tensors) {
    for (int i = 0; i < tensors; ++i) {
        for (int j = 0; j < i; ++j) {
            const bool written = accesses[i].writes || accesses[j].writes;
            if (written && accesses[i].tensor.meets(accesses[j].tensor)) return false;
        }
    }
    if (!failed_) task(slots);
    return true;
}

}  // namespace ptodsl
