/* write(1, message, length); _exit(0): a program needs no more than that. */
	.intel_syntax noprefix

	.text
	.global	_start
_start:	mov	eax, 1
	mov	edi, 1
	lea	rsi, message[rip]
	mov	edx, offset length
	syscall
	mov	eax, 60
	xor	edi, edi
	syscall

	.section .rodata
message:
	.ascii	"hello from mini-distro\n"
	.equ	length, . - message
