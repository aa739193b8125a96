/* The least that a photo scan must do: read each file and decode its JPEG at 1/8 scale in grey.

   Names come on standard input, one a line. Build: cc -O2 -o floor floor.c -ljpeg */

#include <fcntl.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <jpeglib.h>

struct failing {
    struct jpeg_error_mgr base;
    jmp_buf back;
};

static void fail(j_common_ptr info) { longjmp(((struct failing *)info->err)->back, 1); }

static void quiet(j_common_ptr info, int level) {
    (void)info;
    (void)level;
}

/* Adds the decoded pixels up, so that no compiler leaves the work out; -1 where it is no JPEG. */
static long decoded(unsigned char *data, size_t size) {
    struct jpeg_decompress_struct info;
    struct failing errors;
    unsigned char *volatile line = NULL;
    volatile long sum = 0;

    info.err = jpeg_std_error(&errors.base);
    errors.base.error_exit = fail;
    errors.base.emit_message = quiet;
    if (setjmp(errors.back)) {
        jpeg_destroy_decompress(&info);
        free(line);
        return -1;
    }
    jpeg_create_decompress(&info);
    jpeg_mem_src(&info, data, size);
    jpeg_read_header(&info, TRUE);
    info.scale_num = 1;
    info.scale_denom = 8;
    info.out_color_space = JCS_GRAYSCALE;
    info.dct_method = JDCT_IFAST;
    info.do_fancy_upsampling = FALSE;
    jpeg_start_decompress(&info);
    line = malloc(info.output_width * (size_t)info.output_components);
    while (info.output_scanline < info.output_height) {
        JSAMPROW row = line;
        jpeg_read_scanlines(&info, &row, 1);
        sum += row[info.output_scanline % info.output_width];
    }
    jpeg_finish_decompress(&info);
    jpeg_destroy_decompress(&info);
    free(line);
    return sum;
}

int main(void) {
    char name[8192];
    unsigned char *data = NULL;
    size_t room = 0;
    long sum = 0, bad = 0;

    while (fgets(name, sizeof name, stdin)) {
        struct stat status;
        size_t have = 0;
        int file;

        name[strcspn(name, "\n")] = 0;
        file = open(name, O_RDONLY);
        if (file < 0 || fstat(file, &status)) {
            perror(name);
            return 1;
        }
        if ((size_t)status.st_size > room) {
            room = (size_t)status.st_size;
            data = realloc(data, room);
        }
        while (have < (size_t)status.st_size) {
            ssize_t got = read(file, data + have, (size_t)status.st_size - have);
            if (got <= 0)
                break;
            have += (size_t)got;
        }
        close(file);
        long one = decoded(data, have);
        if (one < 0)
            bad++;
        else
            sum += one;
    }
    free(data);
    printf("%ld %ld\n", sum, bad);
    return 0;
}
