/* The shell of ../init over the C library, which makes the system calls, aligns the stack and ends the program. */
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void run(char *path)
{
	char *const argv[] = { path, NULL };
	pid_t child = fork(), ended;

	if (child == 0) {
		execve(path, argv, (char *const[]){ NULL });
		puts("not found");
		fflush(stdout);
		_exit(127);
	}
	if (child < 0) {
		puts("fork failed");
		return;
	}
	/* As init, this is the parent of orphans as well: any child may be the one that ended. */
	do
		ended = wait(NULL);
	while (ended > 0 && ended != child);
}

int main(void)
{
	char line[256];

	for (;;) {
		fputs("# ", stdout);
		fflush(stdout);
		if (!fgets(line, sizeof(line), stdin))
			return 0;
		line[strcspn(line, "\n")] = '\0';
		if (line[0] != '\0')
			run(line);
	}
}
