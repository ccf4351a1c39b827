// The one function of libatomic that Node 26 calls, for systems that have no libatomic; README.md tells why.
//
//   bool __atomic_compare_exchange(size_t size, void *object, void *expected, void *desired, int success, int failure)
//
// If *object equals *expected, *object becomes *desired and the answer is true; otherwise *expected becomes what was found
// and the answer is false; all of it in one indivisible step (https://gcc.gnu.org/wiki/Atomic/GCCMM/LIbrary). The order is
// always the strictest, which satisfies every order that a caller may ask for. Sizes for which the processor has no such
// instruction end the process: with locks they would be right only if every other access went through this library, too.

typedef __SIZE_TYPE__ size_t;

// The compiler keeps the name itself for its built-in function.
_Bool compare_exchange(size_t size, void *object, void *expected, void *desired, int success, int failure)
    __asm__("__atomic_compare_exchange");

#define SWAP(type) \
  __atomic_compare_exchange_n((type *)object, (type *)expected, *(type *)desired, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)

_Bool compare_exchange(size_t size, void *object, void *expected, void *desired, int success, int failure) {
  (void)success, (void)failure;
  switch (size) {
    case 1: return SWAP(unsigned char);
    case 2: return SWAP(unsigned short);
    case 4: return SWAP(unsigned int);
    case 8: return SWAP(unsigned long);
    default: __builtin_trap();
  }
}
