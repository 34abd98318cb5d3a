using System;
using System.Runtime.InteropServices;
using System.Security;

namespace Cosmi.PowerShell
{
    /// <summary>What -AsPlainText does, and nothing else.</summary>
    internal static class PlainText
    {
        internal static string Of(SecureString secret)
        {
            IntPtr copy = Marshal.SecureStringToGlobalAllocUnicode(secret);
            try
            {
                return Marshal.PtrToStringUni(copy) ?? string.Empty;
            }
            finally
            {
                Marshal.ZeroFreeGlobalAllocUnicode(copy);
            }
        }

        /// <summary>The secret as it was asked for. A SecureString that is not handed out is wiped.</summary>
        internal static object Of(SecureString secret, bool asPlainText)
        {
            if (!asPlainText)
            {
                return secret;
            }

            using (secret)
            {
                return Of(secret);
            }
        }
    }
}
