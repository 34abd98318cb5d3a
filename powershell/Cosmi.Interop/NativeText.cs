using System;
using System.Runtime.InteropServices;
using System.Text;

namespace Cosmi.Interop
{
    /// <summary>Text across the boundary: NUL-terminated UTF-8 in, pointer and length out.</summary>
    internal static class NativeText
    {
        private static readonly UTF8Encoding Utf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

        /// <summary>A borrowed text with its length.</summary>
        internal delegate IntPtr Accessor(IntPtr owner, out UIntPtr length);

        /// <summary>A text that must not be missing.</summary>
        /// <exception cref="ArgumentNullException">It is missing.</exception>
        /// <exception cref="ArgumentException">It cannot be passed as UTF-8 with a NUL at its end.</exception>
        internal static byte[] Required(string? text, string parameter) => Optional(text ?? throw new ArgumentNullException(parameter), parameter)!;

        /// <summary>A text that may be missing.</summary>
        /// <exception cref="ArgumentException">It cannot be passed as UTF-8 with a NUL at its end.</exception>
        internal static byte[]? Optional(string? text, string parameter)
        {
            if (text is null)
            {
                return null;
            }

            if (text.IndexOf('\0') >= 0)
            {
                throw new ArgumentException("The text holds a NUL character.", parameter);
            }

            try
            {
                return ToUtf8(text);
            }
            catch (EncoderFallbackException exception)
            {
                throw new ArgumentException("The text holds half of a surrogate pair.", parameter, exception);
            }
        }

        internal static byte[] ToUtf8(string text)
        {
            var bytes = new byte[Utf8.GetByteCount(text) + 1];
            Utf8.GetBytes(text, 0, text.Length, bytes, 0);
            return bytes;
        }

        internal static string? FromUtf8(IntPtr text)
        {
            if (text == IntPtr.Zero)
            {
                return null;
            }

            int length = 0;
            while (Marshal.ReadByte(text, length) != 0)
            {
                length++;
            }

            return FromUtf8(text, (UIntPtr)(uint)length);
        }

        internal static string? FromUtf8(IntPtr text, UIntPtr length)
        {
            if (text == IntPtr.Zero)
            {
                return null;
            }

            var bytes = new byte[checked((int)length.ToUInt64())];
            Marshal.Copy(text, bytes, 0, bytes.Length);
            return Encoding.UTF8.GetString(bytes);
        }

        /// <summary>What an accessor gives, or <see langword="null"/>.</summary>
        internal static string? Read(IntPtr owner, Accessor accessor)
        {
            IntPtr text = accessor(owner, out UIntPtr length);
            return FromUtf8(text, length);
        }

        /// <summary>What an accessor gives that is never absent.</summary>
        /// <exception cref="CosmiException">It is absent.</exception>
        internal static string ReadRequired(IntPtr owner, Accessor accessor, string what) =>
            Read(owner, accessor) ?? throw new CosmiException(CosmiStatus.Internal, "The library's result has no " + what);
    }
}
