// Lines of output: group | question | result or errno | bytes.
#include "questions.h"

static char current[200] = "-";

// section names the group of the lines that follow. Labels of identifiers and ports start anew.
void section(const char *format, ...)
{
	va_list args;
	va_start(args, format);
	vsnprintf(current, sizeof current, format, args);
	va_end(args);
	forget_labels();
}

// say prints one answer. A negative result is a failed call, whose errno is still set.
void say(const char *question, long result, const char *bytes)
{
	int number = errno;
	if (result < 0)
		printf("%s | %s | %s | %s\n", current, question, error_name(number), bytes);
	else
		printf("%s | %s | %ld | %s\n", current, question, result, bytes);
	fflush(stdout);
	errno = number;
}

void sayf(long result, const char *bytes, const char *format, ...)
{
	int number = errno;
	char question[400];
	va_list args;
	va_start(args, format);
	vsnprintf(question, sizeof question, format, args);
	va_end(args);
	errno = number;
	say(question, result, bytes);
}

#define NAME(e) case e: return #e
const char *error_name(int number)
{
	static char other[20];
	switch (number) {
	NAME(EPERM); NAME(ENOENT); NAME(ESRCH); NAME(EINTR); NAME(EIO); NAME(ENXIO); NAME(E2BIG); NAME(EBADF); NAME(EAGAIN);
	NAME(ENOMEM); NAME(EACCES); NAME(EFAULT); NAME(EBUSY); NAME(EEXIST); NAME(ENODEV); NAME(EINVAL); NAME(ENOTTY); NAME(ENOSPC);
	NAME(ESPIPE); NAME(EPIPE); NAME(EDOM); NAME(ERANGE); NAME(ENOSYS); NAME(ENOTSOCK); NAME(EDESTADDRREQ); NAME(EMSGSIZE);
	NAME(EPROTOTYPE); NAME(ENOPROTOOPT); NAME(EPROTONOSUPPORT); NAME(ESOCKTNOSUPPORT); NAME(EOPNOTSUPP); NAME(EPFNOSUPPORT);
	NAME(EAFNOSUPPORT); NAME(EADDRINUSE); NAME(EADDRNOTAVAIL); NAME(ENETDOWN); NAME(ENETUNREACH); NAME(ECONNABORTED);
	NAME(ECONNRESET); NAME(ENOBUFS); NAME(EISCONN); NAME(ENOTCONN); NAME(ESHUTDOWN); NAME(ETIMEDOUT); NAME(ECONNREFUSED);
	NAME(EHOSTDOWN); NAME(EHOSTUNREACH); NAME(EALREADY); NAME(EINPROGRESS); NAME(EPROTO); NAME(EUCLEAN); NAME(EKEYREJECTED);
	NAME(EMFILE); NAME(ENODATA); NAME(EBADMSG); NAME(EOVERFLOW); NAME(ENOPKG); NAME(EMEDIUMTYPE);
	}
	snprintf(other, sizeof other, "errno%d", number);
	return other;
}
