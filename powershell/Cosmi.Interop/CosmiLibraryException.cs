using System;

namespace Cosmi.Interop
{
    /// <summary>The native library is not there, or is not the right one. The message names the files and what is wrong with them.</summary>
    public sealed class CosmiLibraryException : DllNotFoundException
    {
        internal CosmiLibraryException(string message)
            : base(message)
        {
        }
    }
}
