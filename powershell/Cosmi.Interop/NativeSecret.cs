using System;
using System.Runtime.InteropServices;
using System.Security;

namespace Cosmi.Interop
{
    /// <summary>Secrets across the boundary, without a string in between. Tokens, keys and connection strings are ASCII.</summary>
    internal static class NativeSecret
    {
        // The most a SecureString holds.
        private const int MaximumLength = 65536;

        /// <summary>What is done with a secret's bytes while they are there.</summary>
        internal delegate int Use(byte[] bytes, UIntPtr length);

        /// <summary>Copies borrowed bytes, one by one, into a read-only SecureString.</summary>
        /// <exception cref="CosmiException">There is no secret, or it is not ASCII, or too long.</exception>
        internal static SecureString Read(IntPtr bytes, UIntPtr length, string what)
        {
            if (bytes == IntPtr.Zero || length.ToUInt64() > MaximumLength)
            {
                throw new CosmiException(
                    bytes == IntPtr.Zero ? CosmiStatus.Internal : CosmiStatus.TooLarge,
                    bytes == IntPtr.Zero ? "The library's result has no " + what : "The " + what + " is longer than " + MaximumLength + " characters");
            }

            var secret = new SecureString();
            try
            {
                for (int index = 0; index < (int)length.ToUInt32(); index++)
                {
                    byte character = Marshal.ReadByte(bytes, index);
                    if (character < 0x20 || character > 0x7E)
                    {
                        throw new CosmiException(CosmiStatus.BadResponse, "The " + what + " holds something else than printable ASCII");
                    }

                    secret.AppendChar((char)character);
                }

                secret.MakeReadOnly();
                return secret;
            }
            catch
            {
                secret.Dispose();
                throw;
            }
        }

        /// <summary>Lends a SecureString's characters as bytes; every copy made here is wiped before this returns.</summary>
        /// <exception cref="ArgumentException">It is not ASCII.</exception>
        /// <exception cref="ObjectDisposedException">The SecureString is disposed.</exception>
        internal static int Lend(SecureString secret, string parameter, Use use)
        {
            var bytes = new byte[secret.Length];
            // Pinned, so that the garbage collector leaves no copy behind when it moves things.
            GCHandle pin = GCHandle.Alloc(bytes, GCHandleType.Pinned);
            IntPtr characters = IntPtr.Zero;
            try
            {
                characters = Marshal.SecureStringToGlobalAllocUnicode(secret);
                for (int index = 0; index < bytes.Length; index++)
                {
                    short character = Marshal.ReadInt16(characters, index * sizeof(char));
                    if (character < 0 || character > 0x7E)
                    {
                        throw new ArgumentException("The key holds characters that no key has.", parameter);
                    }

                    bytes[index] = (byte)character;
                }

                return use(bytes, (UIntPtr)(uint)bytes.Length);
            }
            finally
            {
                if (characters != IntPtr.Zero)
                {
                    Marshal.ZeroFreeGlobalAllocUnicode(characters);
                }

                Array.Clear(bytes, 0, bytes.Length);
                pin.Free();
            }
        }
    }
}
