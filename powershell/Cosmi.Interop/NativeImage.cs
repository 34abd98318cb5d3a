using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;

namespace Cosmi.Interop
{
    /// <summary>
    /// What a file says of itself: whether it is a shared library, for which platform, whether all of it is there, and what it needs. Read before the system's
    /// loader sees it, which says less, and which on Linux ends the process where a file was cut short.
    /// </summary>
    internal sealed class NativeImage
    {
        /// <summary>A description that something can be done about.</summary>
        internal const string LfsPointer = "a Git LFS pointer";

        private const int MaxTableEntries = 4096;
        private const int MaxNameLength = 512;

        private NativeImage(string description) => Description = description;

        private NativeImage(NativeSystem system, params string[] architectures)
        {
            System = system;
            Architectures = architectures;
            Description = "a library for " + NativePlatform.Name(system) + " " + string.Join(" and ", architectures);
        }

        /// <summary>What it is, with its article.</summary>
        internal string Description { get; private set; }

        /// <summary>Null where it is no shared library.</summary>
        internal NativeSystem? System { get; }

        internal IReadOnlyList<string> Architectures { get; } = Array.Empty<string>();

        /// <summary>On Linux, whether it is for musl; null where it does not say.</summary>
        internal bool? IsMusl { get; private set; }

        /// <summary>How many bytes it should have at least.</summary>
        internal long ExpectedLength { get; private set; }

        /// <summary>The libraries it needs, by name.</summary>
        internal IReadOnlyList<string> Dependencies { get; private set; } = Array.Empty<string>();

        /// <summary>Whether a process of this platform can load it.</summary>
        internal bool Fits(NativePlatform platform) =>
            System == platform.System && Architectures.Contains(platform.Architecture) && (IsMusl ?? platform.IsMusl) == platform.IsMusl;

        /// <summary>Reads the beginning of a file, and what its tables point at.</summary>
        internal static NativeImage Read(Stream file)
        {
            var start = new byte[1024];
            int length = 0;
            while (length < start.Length)
            {
                int read = file.Read(start, length, start.Length - length);
                if (read == 0)
                {
                    break;
                }

                length += read;
            }

            var reader = new Reader(file);
            if (Begins(start, 0x7F, (byte)'E', (byte)'L', (byte)'F'))
            {
                return Elf(start, reader);
            }

            if (Begins(start, (byte)'M', (byte)'Z'))
            {
                return PortableExecutable(start, reader);
            }

            if (Begins(start, 0xCF, 0xFA, 0xED, 0xFE) || Begins(start, 0xCE, 0xFA, 0xED, 0xFE) || Begins(start, 0xCA, 0xFE, 0xBA, 0xBE))
            {
                return MachO(start);
            }

            return new NativeImage(Other(start, length));
        }

        private static string Other(byte[] start, int length)
        {
            if (length == 0)
            {
                return "an empty file";
            }

            string text = Encoding.ASCII.GetString(start, 0, length);
            if (text.StartsWith("version https://git-lfs", StringComparison.Ordinal))
            {
                return LfsPointer;
            }

            if (text.StartsWith("!<arch>", StringComparison.Ordinal))
            {
                return "a static library";
            }

            if (text.StartsWith("PK\u0003\u0004", StringComparison.Ordinal))
            {
                return "a zip archive";
            }

            return text.All(c => c >= ' ' || c == '\n' || c == '\r' || c == '\t') ? "a text file" : "a file of some other kind";
        }

        private static NativeImage Elf(byte[] header, Reader file)
        {
            const int HeaderLength = 64;
            const int Is64Bit = 2, IsLittleEndian = 1, IsShared = 3;
            const int Load = 1, Dynamic = 2;
            const long Needed = 1, Strings = 5;

            if (header[5] != IsLittleEndian)
            {
                return new NativeImage(NativeSystem.Linux, "big-endian");
            }

            if (U16(header, 16) != IsShared)
            {
                return new NativeImage("a Linux program or object file");
            }

            int machine = U16(header, 18);
            if (header[4] != Is64Bit)
            {
                return new NativeImage(NativeSystem.Linux, machine == 40 ? NativePlatform.Arm : machine == 3 ? NativePlatform.X86 : "32-bit machine " + machine);
            }

            string architecture = machine == 62 ? NativePlatform.X64
                : machine == 183 ? NativePlatform.Arm64
                : machine == 243 ? "riscv64"
                : machine == 258 ? "loongarch64"
                : machine == 21 ? "ppc64le"
                : "machine " + machine;
            var image = new NativeImage(NativeSystem.Linux, architecture) { ExpectedLength = HeaderLength };

            // What must be there, and where it will be in memory.
            var segments = new List<Segment>();
            Segment? dynamic = null;
            int size = U16(header, 54);
            int count = Math.Min(U16(header, 56), MaxTableEntries);
            for (int index = 0; index < count; index++)
            {
                byte[]? entry = file.At(I64(header, 32) + ((long)index * size), 56);
                if (entry == null)
                {
                    image.ExpectedLength = I64(header, 32) + ((long)count * size);
                    return image;
                }

                var segment = new Segment(I64(entry, 16), I64(entry, 8), I64(entry, 32));
                if (U32(entry, 0) == Load)
                {
                    segments.Add(segment);
                    image.ExpectedLength = Math.Max(image.ExpectedLength, segment.Offset + segment.Length);
                }
                else if (U32(entry, 0) == Dynamic)
                {
                    dynamic = segment;
                }
            }

            var names = new List<long>();
            long strings = 0;
            for (int index = 0; dynamic != null && index < Math.Min(dynamic.Length / 16, MaxTableEntries); index++)
            {
                byte[]? entry = file.At(dynamic.Offset + (16L * index), 16);
                if (entry == null || I64(entry, 0) == 0)
                {
                    break;
                }

                if (I64(entry, 0) == Needed)
                {
                    names.Add(I64(entry, 8));
                }
                else if (I64(entry, 0) == Strings)
                {
                    strings = I64(entry, 8);
                }
            }

            image.Dependencies = names.Select(name => file.Text(Segment.ToOffset(segments, strings) + name)).ToList();
            if (image.Dependencies.Contains("libc.so.6"))
            {
                image.IsMusl = false;
            }
            else if (image.Dependencies.Any(name => name == "libc.so" || name.StartsWith("libc.musl-", StringComparison.Ordinal)))
            {
                image.IsMusl = true;
            }

            if (image.IsMusl is bool musl)
            {
                image.Description += musl ? " (musl)" : " (glibc)";
            }

            return image;
        }

        private static NativeImage PortableExecutable(byte[] start, Reader file)
        {
            const int IsLibrary = 0x2000, Is64Bit = 0x20B;
            const int Imports = 1, Runtime = 14;

            int header = (int)Math.Min(U32(start, 0x3C), int.MaxValue);
            byte[]? fixedPart = file.At(header, 24);
            if (fixedPart == null || !Begins(fixedPart, (byte)'P', (byte)'E', 0, 0))
            {
                return new NativeImage("a damaged or incomplete Windows file");
            }

            int machine = U16(fixedPart, 4);
            string architecture = machine == 0x8664 ? NativePlatform.X64
                : machine == 0xAA64 ? NativePlatform.Arm64
                : machine == 0x14C ? NativePlatform.X86
                : machine == 0x1C4 ? NativePlatform.Arm
                : $"machine 0x{machine:X}";
            int optionalSize = U16(fixedPart, 20);
            byte[]? optional = file.At(header + 24, optionalSize);
            var image = new NativeImage(NativeSystem.Windows, architecture) { ExpectedLength = header + 24 + optionalSize };
            if (optional == null || optionalSize < 2)
            {
                return image;
            }

            int directories = U16(optional, 0) == Is64Bit ? 112 : 96;
            uint Directory(int index) => directories + (8 * index) + 4 <= optional.Length ? U32(optional, directories + (8 * index)) : 0;
            if (Directory(Runtime) != 0)
            {
                return new NativeImage("a .NET assembly");
            }

            if ((U16(fixedPart, 22) & IsLibrary) == 0)
            {
                return new NativeImage("a Windows program");
            }

            var sections = new List<Segment>();
            for (int index = 0; index < U16(fixedPart, 6); index++)
            {
                long at = header + 24 + optionalSize + (40L * index);
                byte[]? section = file.At(at, 40);
                if (section == null)
                {
                    image.ExpectedLength = at + 40;
                    return image;
                }

                var segment = new Segment(U32(section, 12), U32(section, 20), U32(section, 16));
                if (segment.Offset != 0)
                {
                    sections.Add(segment);
                    image.ExpectedLength = Math.Max(image.ExpectedLength, segment.Offset + segment.Length);
                }
            }

            var names = new List<string>();
            long imports = Segment.ToOffset(sections, Directory(Imports));
            for (int index = 0; Directory(Imports) != 0 && index < MaxTableEntries; index++)
            {
                byte[]? entry = file.At(imports + (20L * index), 20);
                if (entry == null || U32(entry, 12) == 0)
                {
                    break;
                }

                names.Add(file.Text(Segment.ToOffset(sections, U32(entry, 12))));
            }

            image.Dependencies = names;
            return image;
        }

        private static NativeImage MachO(byte[] header)
        {
            const uint Universal = 0xBEBAFECA;
            if (U32(header, 0) != Universal)
            {
                return new NativeImage(NativeSystem.MacOS, MacArchitecture(U32(header, 4)));
            }

            // The one header that is written the other way round.
            int count = Math.Min((int)header[7], 8);
            return new NativeImage(
                NativeSystem.MacOS,
                Enumerable.Range(0, count).Select(index => MacArchitecture(BigEndian(header, 8 + (20 * index)))).ToArray());
        }

        private static string MacArchitecture(uint type) =>
            type == 0x01000007 ? NativePlatform.X64
            : type == 0x0100000C ? NativePlatform.Arm64
            : type == 7 ? NativePlatform.X86
            : $"machine 0x{type:X}";

        private static bool Begins(byte[] bytes, params byte[] with) => with.Select((value, index) => bytes[index] == value).All(same => same);

        private static int U16(byte[] bytes, int at) => bytes[at] | (bytes[at + 1] << 8);

        private static uint U32(byte[] bytes, int at) => (uint)(U16(bytes, at) | (U16(bytes, at + 2) << 16));

        private static long I64(byte[] bytes, int at) => U32(bytes, at) | ((long)U32(bytes, at + 4) << 32);

        private static uint BigEndian(byte[] bytes, int at) => ((uint)bytes[at] << 24) | ((uint)bytes[at + 1] << 16) | ((uint)bytes[at + 2] << 8) | bytes[at + 3];

        /// <summary>A piece of the file and where it will lie in memory.</summary>
        private sealed class Segment
        {
            internal Segment(long address, long offset, long length)
            {
                Address = address;
                Offset = offset;
                Length = length;
            }

            internal long Address { get; }

            internal long Offset { get; }

            internal long Length { get; }

            internal static long ToOffset(IEnumerable<Segment> segments, long address)
            {
                Segment? holder = segments.FirstOrDefault(segment => address >= segment.Address && address - segment.Address < segment.Length);
                return holder == null ? -1 : address - holder.Address + holder.Offset;
            }
        }

        /// <summary>Reads anywhere; what is not there is null, or empty text.</summary>
        private sealed class Reader
        {
            private readonly Stream _file;

            internal Reader(Stream file) => _file = file;

            internal byte[]? At(long offset, int length)
            {
                if (offset < 0 || offset > _file.Length - length)
                {
                    return null;
                }

                var bytes = new byte[length];
                _file.Position = offset;
                for (int done = 0; done < length;)
                {
                    int read = _file.Read(bytes, done, length - done);
                    if (read == 0)
                    {
                        return null;
                    }

                    done += read;
                }

                return bytes;
            }

            internal string Text(long offset)
            {
                byte[]? bytes = At(offset, (int)Math.Min(MaxNameLength, Math.Max(0, _file.Length - offset)));
                int end = bytes == null ? -1 : Array.IndexOf(bytes, (byte)0);
                return end < 0 ? string.Empty : Encoding.ASCII.GetString(bytes!, 0, end);
            }
        }
    }
}
