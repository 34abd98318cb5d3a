using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;

namespace Cosmi.Interop.Tests
{
    /// <summary>What a library's file says of itself.</summary>
    public sealed class NativeImageTests
    {
        private static readonly NativePlatform Here = NativePlatform.Current;

        public static IEnumerable<object[]> Images()
        {
            yield return new object[] { LibraryImage.Elf(62), "a library for Linux x64" };
            yield return new object[] { LibraryImage.Elf(183), "a library for Linux arm64" };
            yield return new object[] { LibraryImage.Elf(243), "a library for Linux riscv64" };
            yield return new object[] { LibraryImage.Elf(3, is64Bit: false), "a library for Linux x86" };
            yield return new object[] { LibraryImage.Elf(40, is64Bit: false), "a library for Linux arm" };
            yield return new object[] { LibraryImage.Elf(62, type: 2), "a Linux program or object file" };
            yield return new object[] { LibraryImage.PortableExecutable(0x8664), "a library for Windows x64" };
            yield return new object[] { LibraryImage.PortableExecutable(0xAA64), "a library for Windows arm64" };
            yield return new object[] { LibraryImage.PortableExecutable(0x14C), "a library for Windows x86" };
            yield return new object[] { LibraryImage.PortableExecutable(0x8664, isLibrary: false), "a Windows program" };
            yield return new object[] { LibraryImage.PortableExecutable(0x8664).Take(100).ToArray(), "a damaged or incomplete Windows file" };
            yield return new object[] { LibraryImage.MachO(0x01000007), "a library for macOS x64" };
            yield return new object[] { LibraryImage.MachO(0x0100000C), "a library for macOS arm64" };
            yield return new object[] { LibraryImage.Universal(0x01000007, 0x0100000C), "a library for macOS x64 and arm64" };
        }

        [Theory]
        [MemberData(nameof(Images))]
        public void A_library_is_told_by_its_header(byte[] content, string told)
        {
            NativeImage image = NativeImage.Read(new MemoryStream(content));
            Assert.Equal(told, image.Description);
            Assert.True(image.ExpectedLength <= content.Length || image.System == null);

            // In whatever way it is cut short, it is neither an endless loop nor a failure.
            for (int length = 0; length < content.Length; length++)
            {
                NativeImage.Read(new MemoryStream(content, 0, length));
            }
        }

        [Fact]
        public void Whatever_is_wrong_with_a_header_it_can_be_read()
        {
            var random = new Random(20181203);
            byte[] own = File.ReadAllBytes(CosmiLibrary.Path);
            foreach (byte[] content in Images().Select(image => (byte[])image[0]).Append(own))
            {
                for (int round = 0; round < 300; round++)
                {
                    byte[] start = content.Take(1024).ToArray();
                    for (int damage = 0; damage < 4; damage++)
                    {
                        content[random.Next(start.Length)] = (byte)random.Next(256);
                    }

                    NativeImage image = NativeImage.Read(new MemoryStream(content));
                    Assert.NotEmpty(image.Description);
                    start.CopyTo(content, 0);
                }
            }
        }

        [Fact]
        public void The_own_library_fits_here_and_nowhere_else()
        {
            using FileStream file = File.OpenRead(CosmiLibrary.Path);
            NativeImage image = NativeImage.Read(file);

            Assert.True(image.Fits(Here));
            Assert.True(image.ExpectedLength > 100_000 && image.ExpectedLength <= file.Length);
            Assert.NotEmpty(image.Dependencies);
            Assert.DoesNotContain(string.Empty, image.Dependencies);
            Assert.False(image.Fits(new NativePlatform(Here.System, NativePlatform.X86, Here.IsMusl)));
            Assert.False(image.Fits(new NativePlatform(Here.System == NativeSystem.Windows ? NativeSystem.Linux : NativeSystem.Windows, Here.Architecture, musl: false)));
            if (Here.System == NativeSystem.Linux)
            {
                Assert.Equal($"a library for {Here}", image.Description);
                Assert.False(image.Fits(new NativePlatform(NativeSystem.Linux, Here.Architecture, !Here.IsMusl)));
            }
        }
    }

    /// <summary>The beginnings of libraries, whole as far as they say.</summary>
    internal static class LibraryImage
    {
        internal static byte[] Elf(ushort machine, bool is64Bit = true, ushort type = 3)
        {
            var bytes = new byte[64];
            new byte[] { 0x7F, (byte)'E', (byte)'L', (byte)'F', (byte)(is64Bit ? 2 : 1), 1, 1 }.CopyTo(bytes, 0);
            BitConverter.GetBytes(type).CopyTo(bytes, 16);
            BitConverter.GetBytes(machine).CopyTo(bytes, 18);
            return bytes;
        }

        internal static byte[] PortableExecutable(ushort machine, bool isLibrary = true)
        {
            var bytes = new byte[128 + 24 + 240];
            new[] { (byte)'M', (byte)'Z' }.CopyTo(bytes, 0);
            bytes[0x3C] = 128;
            new[] { (byte)'P', (byte)'E' }.CopyTo(bytes, 128);
            BitConverter.GetBytes(machine).CopyTo(bytes, 132);
            BitConverter.GetBytes((ushort)240).CopyTo(bytes, 148);
            BitConverter.GetBytes((ushort)(isLibrary ? 0x2022 : 0x22)).CopyTo(bytes, 150);
            BitConverter.GetBytes((ushort)(machine == 0x14C ? 0x10B : 0x20B)).CopyTo(bytes, 152);
            return bytes;
        }

        internal static byte[] MachO(uint processor)
        {
            var bytes = new byte[32];
            new byte[] { 0xCF, 0xFA, 0xED, 0xFE }.CopyTo(bytes, 0);
            BitConverter.GetBytes(processor).CopyTo(bytes, 4);
            return bytes;
        }

        internal static byte[] Universal(params uint[] processors)
        {
            var bytes = new byte[8 + (20 * processors.Length)];
            new byte[] { 0xCA, 0xFE, 0xBA, 0xBE, 0, 0, 0, (byte)processors.Length }.CopyTo(bytes, 0);
            for (int index = 0; index < processors.Length; index++)
            {
                BitConverter.GetBytes(processors[index]).Reverse().ToArray().CopyTo(bytes, 8 + (20 * index));
            }

            return bytes;
        }
    }
}
