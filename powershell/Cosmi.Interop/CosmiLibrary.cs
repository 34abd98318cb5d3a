using System;
using System.Collections.Generic;
using System.Threading;

namespace Cosmi.Interop
{
    /// <summary>The native library under this one. It is loaded when first needed and never unloaded.</summary>
    /// <remarks>
    /// The file is the one the environment variable <c>COSMI_LIBRARY</c> names by its absolute path, else <c>runtimes/&lt;rid&gt;/native/</c> two directories above
    /// this assembly or beside it, else beside this assembly.
    /// </remarks>
    public static class CosmiLibrary
    {
        private static readonly Lazy<IReadOnlyList<string>> Names = new Lazy<IReadOnlyList<string>>(ReadNames, LazyThreadSafetyMode.PublicationOnly);

        /// <summary>The native library's release, for instance <c>0.1.0</c>.</summary>
        /// <exception cref="CosmiLibraryException">There is no suitable library.</exception>
        public static string Version => NativeText.FromUtf8(NativeMethods.Current.cosmi_version()) ?? string.Empty;

        /// <summary>The version of the native library's binary interface.</summary>
        /// <exception cref="CosmiLibraryException">There is no suitable library.</exception>
        public static Version AbiVersion => NativeMethods.ToVersion(NativeMethods.Current.cosmi_abi_version());

        /// <summary>The absolute path of the file that was loaded.</summary>
        /// <exception cref="CosmiLibraryException">There is no suitable library.</exception>
        public static string Path => NativeMethods.Current.Path;

        /// <summary>Which build of the native library this process needs, for instance <c>linux-musl-x64</c>.</summary>
        /// <exception cref="CosmiLibraryException">There is none for this operating system.</exception>
        public static string RuntimeIdentifier => NativePlatform.Current.RuntimeIdentifier;

        /// <summary>The names of the environment variables that clients look at, in the order of <see cref="CosmiEnvironment.VariablesSeen"/>.</summary>
        /// <exception cref="CosmiLibraryException">There is no suitable library.</exception>
        public static IReadOnlyList<string> VariableNames => Names.Value;

        private static IReadOnlyList<string> ReadNames()
        {
            NativeMethods native = NativeMethods.Current;
            var names = new List<string>();
            while (NativeText.FromUtf8(native.cosmi_variable_name((UIntPtr)(uint)names.Count)) is string name)
            {
                names.Add(name);
            }

            return names.AsReadOnly();
        }
    }
}
