/*
 * A lesson: what is wrong here is that main returns. The kernel jumped to it (--entry main), so nobody left an address
 * to return to: ret takes what lies on top of the stack, the number of arguments, and the CPU goes to address 1. As init
 * it takes the kernel along: "Attempted to kill init! exitcode=0x0000000b", 11 being SIGSEGV. ../init has it right.
 */
long write(int fd, const void *buffer, unsigned long count);

int main(void)
{
	write(1, "no way back\n", 12);
	return 0;
}
