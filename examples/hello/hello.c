// SPDX-License-Identifier: GPL-2.0
/*
 * The smallest module that shows something: /proc/hello greets whom the parameter names.
 *
 *   insmod hello.ko who=board && cat /proc/hello
 */
#include <linux/init.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>

static char *who = "world";
module_param(who, charp, 0444);
MODULE_PARM_DESC(who, "whom to greet");

static int hello_show(struct seq_file *file, void *unused)
{
	seq_printf(file, "Hello, %s!\n", who);
	return 0;
}

static int __init hello_init(void)
{
	if (!proc_create_single("hello", 0444, NULL, hello_show))
		return -ENOMEM;
	pr_info("hello, %s\n", who);
	return 0;
}

static void __exit hello_exit(void)
{
	remove_proc_entry("hello", NULL);
}

module_init(hello_init);
module_exit(hello_exit);

MODULE_DESCRIPTION("Greets by /proc/hello");
MODULE_LICENSE("GPL");
