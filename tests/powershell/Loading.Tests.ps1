BeforeDiscovery {
    $onWindows = $env:OS -eq 'Windows_NT'
    $compiler = Get-Command -Name cc -CommandType Application -ErrorAction Ignore
    # A mount of one's own needs root, and a kernel that lets it.
    $canMount = $false
    if (-not $onWindows -and (Get-Command -Name unshare -CommandType Application -ErrorAction Ignore)) {
        $null = & unshare --mount true 2>&1
        $canMount = $LASTEXITCODE -eq 0
    }
    # Where files have streams beside their content.
    $hasStreams = $false
    if ($onWindows) {
        $file = [System.IO.Path]::GetTempFileName()
        try {
            [System.IO.File]::WriteAllText("${file}:Zone.Identifier", 'x')
            $hasStreams = [System.IO.File]::ReadAllText($file) -eq '' -and [System.IO.File]::ReadAllText("${file}:Zone.Identifier") -eq 'x'
        }
        catch {
            $hasStreams = $false
        }
        [System.IO.File]::Delete($file)
    }
    $files = @(
        @{ File = 'empty'; Says = 'is not the native library but an empty file' }
        @{ File = 'text'; Says = 'is not the native library but a text file' }
        @{ File = 'lfs'; Says = 'is not the native library but a Git LFS pointer'; Do = 'git lfs pull' }
        @{ File = 'assembly'; Says = 'is not the native library but a .NET assembly' }
        @{ File = 'linux-arm64'; Says = 'is a library for Linux arm64, but this process needs one for ' }
        @{ File = 'linux-riscv64'; Says = 'is a library for Linux riscv64, but this process needs one for ' }
        @{ File = 'osx-x64'; Says = 'is a library for macOS x64, but this process needs one for ' }
        @{ File = 'win-arm64'; Says = 'is a library for Windows arm64, but this process needs one for ' }
        @{ File = 'win-x86'; Says = 'is a library for Windows x86, but this process needs one for ' }
        @{ File = 'short'; Says = 'is incomplete: ' }
        @{ File = 'folder'; Says = 'COSMI_LIBRARY names' }
        @{ File = 'absent'; Says = 'which does not exist' }
    )
    if ($onWindows -or $compiler) {
        $files += @(
            @{ File = 'older'; Says = 'is too old for Cosmi.Interop' }
            @{ File = 'newer'; Says = 'is too new for Cosmi.Interop' }
            @{ File = 'other'; Says = 'has no function cosmi_abi_version' }
            @{ File = 'incomplete'; Says = 'has no function cosmi_version' }
            @{ File = 'needy'; Says = 'absent' }
        )
    }
}

BeforeAll {
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'Support.psm1') -Force
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'Loading.psm1') -Force
    Import-CosmiModule
    $own = Get-CosmiVersion
    $name = [System.IO.Path]::GetFileName($own.Path)
    $onWindows = $env:OS -eq 'Windows_NT'
    $folder = [string] $TestDrive
    $folder = (Get-Item -Path $folder).FullName

    # A failure in four lines that a test can take apart.
    $report = @'
function Write-Failure {
    param($Record)
    'id: ' + $Record.FullyQualifiedErrorId.Split(',')[0]
    'category: ' + $Record.CategoryInfo.Category
    'message: ' + ([string] $Record).Replace("`r", '').Replace("`n", '|')
    'action: ' + $Record.ErrorDetails.RecommendedAction
}
function Get-LoadedCount {
    @([System.Diagnostics.Process]::GetCurrentProcess().Modules | Where-Object { $_.ModuleName -match '^(lib)?cosmi\.(so|dll|dylib)$' }).Count
}
'@

    function ConvertFrom-Report {
        param([string] $Text)
        $result = @{ id = ''; category = ''; message = ''; action = ''; Text = $Text }
        foreach ($match in [regex]::Matches($Text, '(?m)^(id|category|message|action): (.*?)\r?$')) {
            $result[$match.Groups[1].Value] = $match.Groups[2].Value
        }
        $result
    }
}

Describe 'A module in a folder' {
    It 'named with <What> finds its library' -ForEach @(
        @{ What = 'spaces'; Called = 'a folder of mine' }
        @{ What = 'letters of other alphabets'; Called = "M$([char] 0xF6)dule $([char] 0xFC)bung $([char] 0x65E5)$([char] 0x672C)" }
        @{ What = 'signs'; Called = "it's [one] & #1 100%25" }
    ) {
        $manifest = Copy-StagedModule -Destination ([System.IO.Path]::Combine($folder, $Called, 'Cosmi'))
        $output = Invoke-Child -Script @"
`$manifest = '$($manifest.Replace("'", "''"))'
Import-Module -Name ([WildcardPattern]::Escape(`$manifest))
`$file = (Get-CosmiVersion).Path
`$expected = [System.IO.Path]::GetDirectoryName(`$manifest)
"{0} {1}" -f `$file.StartsWith(`$expected), [System.IO.File]::Exists(`$file)
"@
        $output.Trim() | Should -Be 'True True'
    }

    It 'with a very long path finds its library' {
        $deep = $folder
        while ($deep.Length -lt 280) {
            $deep = [System.IO.Path]::Combine($deep, 'a-folder-with-a-name-that-goes-on-for-a-while')
        }
        $manifest = Copy-StagedModule -Destination ([System.IO.Path]::Combine($deep, 'Cosmi'))
        $output = Invoke-Child -Script "Import-Module -Name '$manifest'; (Get-CosmiVersion).Path.Length"
        [int] $output.Trim() | Should -BeGreaterThan 300
    }
}

Describe 'Without a library' {
    BeforeAll {
        $manifest = Copy-StagedModule -Destination ([System.IO.Path]::Combine($folder, 'without', 'Cosmi')) -WithoutLibrary
        # The genuine library: it would load, if it were looked for there.
        $decoys = [System.IO.Path]::Combine($folder, 'decoys')
        $null = [System.IO.Directory]::CreateDirectory($decoys)
        [System.IO.File]::Copy($own.Path, [System.IO.Path]::Combine($decoys, $name))
    }

    It 'the module imports, and the first command tells where one was looked for' {
        $failure = ConvertFrom-Report -Text (Invoke-Child -Script @"
$report
Import-Module -Name '$manifest' -ErrorAction Stop
try { Get-CosmiToken -ErrorAction Stop } catch { Write-Failure -Record `$_ }
"@)
        $failure.id | Should -Be 'Cosmi.LibraryNotLoaded'
        $failure.category | Should -Be 'ResourceUnavailable'
        $failure.message | Should -BeLike "*for $($own.RuntimeIdentifier) was not found; tried '*runtimes*$($own.RuntimeIdentifier)*native*$name', *"
        $failure.message | Should -Not -BeLike '*only libraries for*'
        $failure.action | Should -BeLike "Install *$($own.RuntimeIdentifier)*COSMI_LIBRARY*"
    }

    It 'a module for other systems tells which' {
        $other = [System.IO.Path]::Combine($folder, 'without', 'Cosmi', 'runtimes', 'osx-arm64', 'native')
        $null = [System.IO.Directory]::CreateDirectory($other)
        [System.IO.File]::WriteAllText([System.IO.Path]::Combine($other, 'libcosmi.dylib'), 'x')
        try {
            $failure = ConvertFrom-Report -Text (Invoke-Child -Script @"
$report
Import-Module -Name '$manifest'
try { Get-CosmiVersion } catch { Write-Failure -Record `$_ }
"@)
        }
        finally {
            [System.IO.Directory]::Delete([System.IO.Path]::Combine($folder, 'without', 'Cosmi', 'runtimes'), $true)
        }
        $failure.message | Should -BeLike '*; there are only libraries for osx-arm64'
    }

    It 'none is taken from the current directory, PATH or where the system looks' {
        $paths = @{
            PATH            = $decoys + [System.IO.Path]::PathSeparator + $env:PATH
            LD_LIBRARY_PATH = $decoys
        }
        $failure = ConvertFrom-Report -Text (Invoke-Child -Environment $paths -Script @"
$report
[System.IO.Directory]::SetCurrentDirectory('$decoys')
Set-Location -Path '$decoys'
Import-Module -Name '$manifest'
try { Get-CosmiVersion } catch { Write-Failure -Record `$_ }
"loaded: `$(Get-LoadedCount)"
"@)
        $failure.id | Should -Be 'Cosmi.LibraryNotLoaded'
        $failure.Text | Should -BeLike '*loaded: 0*'
        $failure.message.Contains($decoys) | Should -BeFalse
    }

    It 'an assembly without a file of its own looks beside the program' {
        $output = Invoke-Child -Script @"
[void] [System.Reflection.Assembly]::Load([System.IO.File]::ReadAllBytes('$([System.IO.Path]::GetDirectoryName($manifest))/lib/Core/Cosmi.Interop.dll'))
try { [Cosmi.Interop.CosmiLibrary].GetProperty('Path').GetValue(`$null) } catch { `$_.Exception.GetBaseException().Message.Contains([System.IO.Path]::Combine([System.AppContext]::BaseDirectory, '$name')) }
"@
        $output.Trim() | Should -Be 'True'
    }

    It 'one that comes later is found in the same session' {
        $output = Invoke-Child -Script @"
Import-Module -Name '$manifest'
try { Get-CosmiVersion } catch { `$_.FullyQualifiedErrorId }
`$env:COSMI_LIBRARY = '$([System.IO.Path]::Combine($decoys, $name))'
(Get-CosmiVersion).Library
"@
        $output.Trim() | Should -BeLike "Cosmi.LibraryNotLoaded*$($own.Library)"
    }
}

Describe 'With a library' {
    It 'of its own, none in the current directory or PATH comes before it' {
        $decoys = [System.IO.Path]::Combine($folder, 'broken')
        $null = [System.IO.Directory]::CreateDirectory($decoys)
        [System.IO.File]::WriteAllText([System.IO.Path]::Combine($decoys, $name), 'no library')
        $paths = @{
            PATH            = $decoys + [System.IO.Path]::PathSeparator + $env:PATH
            LD_LIBRARY_PATH = $decoys
        }
        $output = Invoke-Child -Environment $paths -Script @"
[System.IO.Directory]::SetCurrentDirectory('$decoys')
Set-Location -Path '$decoys'
Import-Module -Name '$env:COSMI_MODULE'
(Get-CosmiVersion).Path
"@
        $output.Trim() | Should -Be $own.Path
    }

    It 'named by a relative COSMI_LIBRARY it is refused' {
        $failure = ConvertFrom-Report -Text (Invoke-Child -Environment @{ COSMI_LIBRARY = $name } -Script @"
$report
[System.IO.Directory]::SetCurrentDirectory('$([System.IO.Path]::GetDirectoryName($own.Path))')
Import-Module -Name '$env:COSMI_MODULE'
try { Get-CosmiVersion } catch { Write-Failure -Record `$_ }
"@)
        $failure.id | Should -Be 'Cosmi.LibraryNotLoaded'
        $failure.message | Should -Be "The environment variable COSMI_LIBRARY is '$name', which is not an absolute path"
        $failure.action | Should -BeLike '*remove COSMI_LIBRARY*'
    }

    It 'that needs another one, that one is not taken from the current directory or PATH' -Skip:(-not $onWindows) {
        $decoys = [System.IO.Path]::Combine($folder, 'needed')
        $null = [System.IO.Directory]::CreateDirectory($decoys)
        $file = [System.IO.Path]::Combine($folder, 'needy', $name)
        $null = [System.IO.Directory]::CreateDirectory([System.IO.Path]::GetDirectoryName($file))
        New-WindowsLibrary -Path $file -ImportFrom 'needed.dll' -Import 'needed'
        New-WindowsLibrary -Path ([System.IO.Path]::Combine($decoys, 'needed.dll')) -Function 'needed'
        $script = @"
$report
[System.IO.Directory]::SetCurrentDirectory('$decoys')
Import-Module -Name '$env:COSMI_MODULE'
try { Get-CosmiVersion } catch { Write-Failure -Record `$_ }
"@
        $variables = @{ COSMI_LIBRARY = $file; PATH = $decoys + ';' + $env:PATH }
        (ConvertFrom-Report -Text (Invoke-Child -Environment $variables -Script $script)).message | Should -BeLike '*it needs needed.dll*'
        # Beside the library it would be taken: what is wrong then is something else.
        [System.IO.File]::Copy([System.IO.Path]::Combine($decoys, 'needed.dll'), [System.IO.Path]::Combine($folder, 'needy', 'needed.dll'))
        (ConvertFrom-Report -Text (Invoke-Child -Environment $variables -Script $script)).message | Should -BeLike '*no function cosmi_version'
    }

    It 'marked as downloaded the module works all the same in PowerShell 7' -Skip:(-not $hasStreams) {
        $manifest = Copy-StagedModule -Destination ([System.IO.Path]::Combine($folder, 'downloaded', 'Cosmi'))
        foreach ($file in [System.IO.Directory]::GetFiles([System.IO.Path]::GetDirectoryName($manifest), '*', [System.IO.SearchOption]::AllDirectories)) {
            [System.IO.File]::WriteAllText("${file}:Zone.Identifier", "[ZoneTransfer]`r`nZoneId=3`r`n")
        }
        # Its scripts and views are the execution policy's business.
        $output = Invoke-Child -Environment @{ PSExecutionPolicyPreference = 'Bypass' } -Script "Import-Module -Name '$manifest'; (Get-CosmiVersion).Library"
        $output.Trim() | Should -Be $own.Library
    }

    It 'on a file system without exec it says so' -Skip:(-not $canMount) {
        $mount = [System.IO.Path]::Combine($folder, 'mount')
        $null = [System.IO.Directory]::CreateDirectory($mount)
        $script = [System.IO.Path]::Combine($folder, 'noexec.ps1')
        [System.IO.File]::WriteAllText($script, @"
$report
Import-Module -Name '$mount/Cosmi/Cosmi.psd1'
try { Get-CosmiVersion } catch { Write-Failure -Record `$_ }
"@)
        $shell = [System.Diagnostics.Process]::GetCurrentProcess().MainModule.FileName
        $staged = Split-Path -Path $env:COSMI_MODULE -Parent
        $command = "mount -t tmpfs -o noexec,size=256m none '$mount' && cp -r '$staged' '$mount/Cosmi' && exec '$shell' -NoProfile -NonInteractive -File '$script'"
        $failure = ConvertFrom-Report -Text ((& unshare --mount sh -c $command) -join "`n")
        $failure.id | Should -Be 'Cosmi.LibraryNotLoaded'
        $failure.message | Should -BeLike "*$mount/Cosmi/runtimes/*does not allow code to run from there*"
        $failure.action | Should -BeLike '*noexec*'
    }
}

Describe 'A file that is not the right one' {
    BeforeAll {
        $wrong = [System.IO.Path]::Combine($folder, 'wrong')
        $at = { param([string] $Name) [System.IO.Path]::Combine($wrong, "$Name.dll") }
        $null = [System.IO.Directory]::CreateDirectory((& $at 'folder'))
        [System.IO.File]::WriteAllText((& $at 'empty'), '')
        [System.IO.File]::WriteAllText((& $at 'text'), "Not Found`n")
        [System.IO.File]::WriteAllText((& $at 'lfs'), "version https://git-lfs.github.com/spec/v1`noid sha256:1`nsize 2`n")
        [System.IO.File]::Copy([System.IO.Path]::Combine((Split-Path -Path $env:COSMI_MODULE -Parent), 'lib/Core/Cosmi.Interop.dll'), (& $at 'assembly'))
        New-ForeignLibrary -Path (& $at 'linux-arm64') -System Linux -Machine 183
        New-ForeignLibrary -Path (& $at 'linux-riscv64') -System Linux -Machine 243
        New-ForeignLibrary -Path (& $at 'osx-x64') -System MacOS -Machine 0x01000007
        New-WindowsLibrary -Path (& $at 'win-arm64') -Machine 0xAA64
        New-WindowsLibrary -Path (& $at 'win-x86') -Machine 0x14C
        $whole = [System.IO.File]::ReadAllBytes($own.Path)
        $half = [byte[]]::new(300000)
        [System.Array]::Copy($whole, $half, $half.Length)
        [System.IO.File]::WriteAllBytes((& $at 'short'), $half)
        $versions = @{ older = '0x00000009'; newer = '0x00020000'; incomplete = '0x00010000'; needy = '0x00010000'; other = '0x00010000' }
        foreach ($case in $versions.Keys) {
            $settings = @{ Path = (& $at $case); Value = [uint32] $versions[$case] }
            if ($case -eq 'other') {
                $settings.Function = 'of_somebody_else'
            }
            if ($onWindows) {
                if ($case -eq 'needy') {
                    $settings.ImportFrom = 'absent.dll'
                }
                New-WindowsLibrary @settings
            }
            elseif (Get-Command -Name cc -CommandType Application -ErrorAction Ignore) {
                $function = 'cosmi_abi_version'
                if ($settings.ContainsKey('Function')) {
                    $function = $settings.Function
                }
                $source = [System.IO.Path]::Combine($wrong, "$case.c")
                [System.IO.File]::WriteAllText($source, "unsigned $function(void) { return $($versions[$case])u; }`n")
                $more = @()
                if ($case -eq 'needy') {
                    $needed = [System.IO.Path]::Combine($wrong, 'libabsent.so')
                    $null = & cc -shared -fPIC -o $needed $source
                    $more = @('-Wl,--no-as-needed', $needed)
                }
                $null = & cc -shared -fPIC -o $settings.Path $source @more
                if ($case -eq 'needy') {
                    [System.IO.File]::Delete($needed)
                }
            }
        }
        # A failure is not remembered, so that one shell can try them all.
        $output = Invoke-Child -Script @"
$report
Import-Module -Name '$env:COSMI_MODULE'
foreach (`$case in '$($(foreach ($case in 'empty', 'text', 'lfs', 'assembly', 'linux-arm64', 'linux-riscv64', 'osx-x64', 'win-arm64', 'win-x86', 'short', 'folder', 'absent', 'older', 'newer', 'other', 'incomplete', 'needy') { $case }) -join "', '")') {
    "case: `$case"
    `$env:COSMI_LIBRARY = [System.IO.Path]::Combine('$wrong', "`$case.dll")
    try { Get-CosmiVersion } catch { Write-Failure -Record `$_ }
}
`$env:COSMI_LIBRARY = ''
"case: mended"
(Get-CosmiVersion).Library
"@
        $reports = @{}
        foreach ($part in $output -split '(?m)^case: ' | Where-Object { $_ }) {
            $reports[($part -split "\r?\n")[0]] = $part
        }
    }

    It 'is told by what it is: <File>' -ForEach $files {
        $failure = ConvertFrom-Report -Text $reports[$File]
        $failure.id | Should -Be 'Cosmi.LibraryNotLoaded'
        $failure.category | Should -Be 'ResourceUnavailable'
        $failure.message.Contains("'$([System.IO.Path]::Combine($wrong, "$File.dll"))'") | Should -BeTrue -Because $failure.message
        $failure.message.Contains($Says) | Should -BeTrue -Because $failure.message
        if ($_.ContainsKey('Do')) {
            $failure.action | Should -BeLike "*$Do*"
        }
        # Where the variable names it, to correct that is what there is to do.
        $failure.action | Should -BeLike "*for $($own.RuntimeIdentifier), or remove COSMI_LIBRARY*"
    }

    It 'leaves the session such that the right one loads' {
        $reports['mended'] | Should -BeLike "*$($own.Library)*"
    }
}

Describe 'One session' {
    It 'imports twice, by force, and again after removal, and has one library' {
        $output = Invoke-Child -Script @"
$report
`$ErrorActionPreference = 'Stop'
Import-Module -Name '$env:COSMI_MODULE'
`$first = (Get-CosmiVersion).Path
Import-Module -Name '$env:COSMI_MODULE'
`$second = (Get-CosmiVersion).Path
Import-Module -Name '$env:COSMI_MODULE' -Force
`$third = (Get-CosmiVersion).Path
Remove-Module -Name Cosmi
Import-Module -Name '$env:COSMI_MODULE'
`$fourth = (Get-CosmiVersion).Path
"{0} {1} {2}" -f @(`$first, `$second, `$third, `$fourth | Select-Object -Unique).Count, (Get-LoadedCount), @(Get-Module -Name Cosmi).Count
"@
        $output.Trim() | Should -Be '1 1 1'
    }

    It 'has one library in ten runspaces that begin at once' {
        $output = Invoke-Child -Script @"
$report
`$shells = foreach (`$number in 1..10) {
    `$shell = [powershell]::Create([initialsessionstate]::CreateDefault2())
    `$null = `$shell.AddScript("Import-Module -Name '$env:COSMI_MODULE'; (Get-CosmiVersion).Path; [void] (Connect-CosmiAccount -AccountName account`$number); (Get-CosmiVersion).Library")
    @{ Shell = `$shell; Running = `$shell.BeginInvoke() }
}
`$results = foreach (`$entry in `$shells) {
    `$entry.Shell.EndInvoke(`$entry.Running)
    `$entry.Shell.Streams.Error
}
"{0} {1}" -f @(`$results).Count, (Get-LoadedCount)
`$results | Select-Object -Unique
"@
        @($output.Trim() -split "\r?\n") | Should -Be @('20 1', $own.Path, $own.Library)
    }

    It 'has one library in ForEach-Object -Parallel' -Skip:(-not (Get-Command -Name ForEach-Object).Parameters.ContainsKey('Parallel')) {
        $output = Invoke-Child -Script @"
$report
`$results = 1..8 | ForEach-Object -ThrottleLimit 4 -Parallel { Import-Module -Name '$env:COSMI_MODULE'; (Get-CosmiVersion).Path }
"{0} {1} {2}" -f @(`$results).Count, @(`$results | Select-Object -Unique).Count, (Get-LoadedCount)
"@
        $output.Trim() | Should -Be '8 1 1'
    }

    It 'gives a job a library of its own' {
        $output = Invoke-Child -Script @"
$report
Import-Module -Name '$env:COSMI_MODULE'
`$job = Start-Job -ScriptBlock { Import-Module -Name '$env:COSMI_MODULE'; (Get-CosmiVersion).Path }
Receive-Job -Job `$job -Wait -AutoRemoveJob
Get-LoadedCount
"@
        @($output.Trim() -split "\r?\n") | Should -Be @($own.Path, '0')
    }
}

Describe 'Two releases side by side' {
    BeforeAll {
        $version = [version] $own.Module
        $next = [version]::new($version.Major, $version.Minor, $version.Build + 1)
        $modules = [System.IO.Path]::Combine($folder, 'modules')
        $former = Copy-StagedModule -Destination ([System.IO.Path]::Combine($modules, 'Cosmi', $version))
        $later = Copy-StagedModule -Destination ([System.IO.Path]::Combine($modules, 'Cosmi', $next))
        Set-ModuleVersion -Manifest $later -From $version -To $next
        $variables = @{ PSModulePath = $modules + [System.IO.Path]::PathSeparator + $env:PSModulePath }
    }

    It 'a new session takes the later one, or the one it is told' {
        foreach ($case in @(
            @{ Arguments = ''; Version = $next; Manifest = $later }
            @{ Arguments = "-RequiredVersion $version"; Version = $version; Manifest = $former }
        )) {
            $output = Invoke-Child -Environment $variables -Script @"
Import-Module -Name Cosmi $($case.Arguments)
`$version = Get-CosmiVersion 3>&1
`$version.Module
`$version.Path.StartsWith('$([System.IO.Path]::GetDirectoryName($case.Manifest))')
"@
            @($output.Trim() -split "\r?\n") | Should -Be @([string] $case.Version, 'True')
        }
    }

    It 'a session that has one refuses the other, and goes on with the one it has' {
        $output = Invoke-Child -Environment $variables -Script @"
$report
Import-Module -Name Cosmi -RequiredVersion $version
try { Import-Module -Name Cosmi -RequiredVersion $next -ErrorAction Stop } catch { Write-Failure -Record `$_ }
`$version = Get-CosmiVersion 3>&1
"module: `$(`$version.Module) `$(Get-LoadedCount)"
Remove-Module -Name Cosmi
try { Import-Module -Name Cosmi -RequiredVersion $next -ErrorAction Stop } catch { 'refused again' }
Import-Module -Name Cosmi -RequiredVersion $version
"again: `$((Get-CosmiVersion 3>&1).Module)"
"@
        $failure = ConvertFrom-Report -Text $output
        # In the shell's own words, which about_Cosmi explains: .NET loads an assembly once.
        $failure.message | Should -BeLike "*Cosmi.Interop, Version=$next.0*same name is already loaded"
        $output | Should -BeLike "*module: $version 1*refused again*again: $version*"
    }

    It 'the same release in another folder is refused while the first is imported, and is the first after that' {
        $copy = Copy-StagedModule -Destination ([System.IO.Path]::Combine($folder, 'copy', 'Cosmi'))
        $output = Invoke-Child -Script @"
$report
Import-Module -Name '$former'
`$null = Get-CosmiVersion
try { Import-Module -Name '$copy' -ErrorAction Stop } catch { 'refused' }
(Get-CosmiVersion).Path
Remove-Module -Name Cosmi
Import-Module -Name '$copy'
(Get-CosmiVersion 3>&1).Path
Get-LoadedCount
"@
        $file = [System.IO.Path]::Combine([System.IO.Path]::GetDirectoryName($former), 'runtimes', $own.RuntimeIdentifier, 'native', $name)
        @($output.Trim() -split "\r?\n") | Should -Be @('refused', $file, $file, '1')
    }

    It 'a folder that was replaced by another release while it was imported gives one warning' {
        $place = Copy-StagedModule -Destination ([System.IO.Path]::Combine($folder, 'place', 'Cosmi'))
        $update = Copy-StagedModule -Destination ([System.IO.Path]::Combine($folder, 'update', 'Cosmi'))
        Set-ModuleVersion -Manifest $update -From $version -To $next
        $output = Invoke-Child -Script @"
Import-Module -Name '$place'
`$null = Get-CosmiVersion
Remove-Module -Name Cosmi
# What is in use cannot be replaced on Windows, but renamed it can be.
[System.IO.Directory]::Move('$([System.IO.Path]::GetDirectoryName($place))', '$([System.IO.Path]::Combine($folder, 'place', 'former'))')
[System.IO.Directory]::Move('$([System.IO.Path]::GetDirectoryName($update))', '$([System.IO.Path]::GetDirectoryName($place))')
Import-Module -Name '$place'
(Get-CosmiVersion -WarningVariable told -WarningAction SilentlyContinue).Module
[string] `$told
"@
        $lines = @($output.Trim() -split "\r?\n")
        $lines[0] | Should -Be ([string] $version)
        $lines[1] | Should -BeLike "Cosmi $next was imported from *, but this session runs the code of $version, *Start a new session*"
    }

    It 'a folder in which half of the files were replaced gives one warning' {
        $half = Copy-StagedModule -Destination ([System.IO.Path]::Combine($folder, 'half', 'Cosmi'))
        Set-ModuleVersion -Manifest $half -From $version -To $next -ManifestOnly
        $output = Invoke-Child -Script @"
Import-Module -Name '$half'
`$null = Get-CosmiVersion -WarningVariable first -WarningAction SilentlyContinue
`$null = Get-CosmiVersion -WarningVariable second -WarningAction SilentlyContinue
[string] `$first
`$second.Count
"@
        $lines = @($output.Trim() -split "\r?\n")
        $lines[0].Replace('/', '\') | Should -BeLike "Cosmi $next was imported from '*half\Cosmi', but this session runs the code of $version, from '*half\Cosmi\lib\Core\Cosmi.PowerShell.dll'. Start a new session*reinstall the module."
        $lines[1] | Should -Be '0'
    }

    It 'one folder gives no warning' {
        $output = Invoke-Child -Script "Import-Module -Name '$env:COSMI_MODULE'; Get-CosmiVersion -WarningVariable told -WarningAction SilentlyContinue | Out-Null; `$told.Count"
        $output.Trim() | Should -Be '0'
    }
}
