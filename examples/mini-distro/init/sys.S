/*
 * System calls of x86_64: number in rax, arguments in rdi, rsi, rdx, r10, r8, r9, result in rax; rcx and r11 are
 * lost (syscall(2); arch/x86/entry/entry_64.S). Functions have their fourth argument in rcx, so a call with four
 * moves it. Each one ends in ret: without it, the CPU runs on into the next.
 */
	.intel_syntax noprefix

	.macro	system_call name, number
	.global	\name
	.type	\name, @function
\name:	mov	eax, \number
	syscall
	ret
	.size	\name, . - \name
	.endm

	.text
	system_call read, 0
	system_call write, 1
	system_call fork, 57
	system_call execve, 59
	system_call _exit, 60

	.global	wait4
	.type	wait4, @function
wait4:	mov	r10, rcx
	mov	eax, 61
	syscall
	ret
	.size	wait4, . - wait4
