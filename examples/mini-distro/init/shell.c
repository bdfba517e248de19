/*
 * The first program of a distribution that has no other: prints a prompt, reads the path of a program, runs it, waits
 * for it. There is no C library; sys.S makes the system calls.
 */
typedef long ssize_t;
typedef unsigned long size_t;
typedef int pid_t;

ssize_t read(int fd, void *buffer, size_t count);
ssize_t write(int fd, const void *buffer, size_t count);
pid_t fork(void);
int execve(const char *path, char *const argv[], char *const envp[]);
pid_t wait4(pid_t pid, int *status, int options, void *usage);
_Noreturn void _exit(int status);

#define SAY(text) write(1, text, sizeof(text) - 1)

static void run(char *path)
{
	char *const argv[] = { path, 0 };
	char *const envp[] = { 0 };
	pid_t child = fork(), ended;

	if (child == 0) {
		execve(path, argv, envp);
		SAY("not found\n");
		_exit(127);
	}
	if (child < 0) {
		SAY("fork failed\n");
		return;
	}
	/* As init, this is the parent of orphans as well: any child may be the one that ended. */
	do
		ended = wait4(-1, 0, 0, 0);
	while (ended > 0 && ended != child);
}

/*
 * The kernel jumps here (--entry main), so the stack is not as after a call: 16-byte aligned where a function may count
 * on 8 bytes more. The attribute aligns it anew. And there is nowhere to return to: _exit is the only way out.
 */
__attribute__((force_align_arg_pointer)) _Noreturn void main(void)
{
	char line[256];

	for (;;) {
		ssize_t count;

		SAY("# ");
		count = read(0, line, sizeof(line));
		if (count <= 0)
			_exit(0);
		/* The terminal hands on whole lines: /hello\n. The last byte of one that is too long goes, too. */
		line[count - 1] = '\0';
		if (line[0] != '\0')
			run(line);
	}
}
