BeforeDiscovery {
    $root = (Resolve-Path -Path (Join-Path -Path $PSScriptRoot -ChildPath '../..')).ProviderPath
    $scripts = foreach ($folder in 'examples', 'powershell', 'tests/powershell', 'xtask/scripts') {
        Get-ChildItem -Path (Join-Path -Path $root -ChildPath $folder) -Recurse -Include '*.ps1', '*.psm1', '*.psd1' -File |
            Where-Object { $_.FullName -notmatch '[\\/](bin|obj)[\\/]' } |
            ForEach-Object {
                $name = $_.FullName.Substring($root.Length + 1).Replace('\', '/')
                @{ Name = $name; Path = $_.FullName; Refuses = $name -eq 'xtask/scripts/Build-Assembly.ps1' }
            }
    }
    $pages = @(Get-Item -Path (Join-Path -Path $root -ChildPath '*.md')) +
        @('docs', 'examples', 'powershell' | ForEach-Object { Get-ChildItem -Path (Join-Path -Path $root -ChildPath $_) -Recurse -Filter '*.md' -File })
    $blocks = foreach ($page in $pages) {
        $text = [System.IO.File]::ReadAllText($page.FullName).Replace("`r`n", "`n")
        foreach ($match in [regex]::Matches($text, '(?ms)^```powershell\n(.*?)\n```')) {
            $line = $text.Substring(0, $match.Groups[1].Index).Split("`n").Count
            @{ Name = "$($page.FullName.Substring($root.Length + 1).Replace('\', '/')), line $line"; Code = $match.Groups[1].Value }
        }
    }
    # In about_ topics code is what is indented further than the text.
    $topics = foreach ($topic in Get-ChildItem -Path (Join-Path -Path $root -ChildPath 'powershell/Cosmi/en-US') -Filter 'about_*.help.txt') {
        $text = [System.IO.File]::ReadAllText($topic.FullName).Replace("`r`n", "`n")
        $code = @([regex]::Matches($text, '(?m)(?:^        \S.*\n(?:^        .*\n|^\n(?=        ))*)') | ForEach-Object { $_.Value } | Where-Object { $_ -match '-Cosmi|\$' })
        @{ Name = $topic.Name; Code = $code -join "`n"; Count = $code.Count }
    }

    $bad = foreach ($pair in @(
            @('$a ? 1 : 2', '? :'),
            @('$a ?? 1', '??'),
            @('$a ??= 1', '??='),
            @('${a}?.Length', '?.'),
            @('${a}?[0]', '?['),
            @('Get-Item -Path x && Get-Item -Path y', '&&'),
            @('Get-Item -Path x || Get-Item -Path y', '||'),
            @('"$(Get-Item -Path x || Get-Item -Path y)"', '||'),
            @('Get-Item -Path x &', 'a pipeline that ends in &'),
            @("Get-Item -Path x`n    | Out-Null", 'a line that begins with |'),
            @('1uy', 'the number 1uy'),
            @('5u', 'the number 5u'),
            @('2s', 'the number 2s'),
            @('9n', 'the number 9n'),
            @('0b101', 'the number 0b101'),
            @('"`u{2013}"', 'the escape `u{'),
            @('"a```e[0m"', 'the escape `e'),
            @(("@`"`n" + '`u{41}' + "`n`"@"), 'the escape `u{'),
            @('function f { process { } clean { } }', 'a clean block'),
            @("#requires -Version 7`n'a'", '#requires of a newer PowerShell'),
            @("#requires -PSEdition Core`n'a'", '#requires of a newer PowerShell'),
            @('[array]::Empty[int]()', 'a method with type arguments'),
            @('''a'' -replace ''a'', { $_ }', '-replace with a script block'),
            @('if ($IsWindows) { 1 }', '$IsWindows'),
            @('$IsLinux', '$IsLinux'),
            @('$global:IsMacOS', '$global:IsMacOS'),
            @('"$IsCoreCLR"', '$IsCoreCLR'),
            @('$PSStyle.Reset', '$PSStyle'),
            @('1 | ForEach-Object -Parallel { $_ }', 'ForEach-Object -Parallel'),
            @('1 | ForEach-Object -ThrottleLimit 2 -Process { $_ }', 'ForEach-Object -ThrottleLimit'),
            @('Get-Content -Path x -AsByteStream', 'Get-Content -AsByteStream'),
            @('$with = @{ AsByteStream = $true }; Set-Content -Path x -Value y @with', 'Set-Content -AsByteStream'),
            @('Set-Content -Path x -Value y -Encoding utf8NoBOM', 'a new encoding'),
            @('1, 2 | Join-String -Separator a', 'Join-String'),
            @('Get-Error', 'Get-Error'),
            @('Test-Json -Json ''{}''', 'Test-Json'),
            @('''{}'' | ConvertFrom-Json -AsHashtable', 'ConvertFrom-Json -AsHashtable'),
            @('''{}'' | ConvertFrom-Json -Depth 9', 'ConvertFrom-Json -Depth'),
            @('ConvertTo-Json -InputObject 1 -AsArray', 'ConvertTo-Json -AsArray'),
            @('Invoke-RestMethod -Uri x -SkipCertificateCheck', 'Invoke-RestMethod -SkipCertificateCheck'),
            @('Invoke-RestMethod -Uri x -StatusCodeVariable y', 'Invoke-RestMethod -StatusCodeVariable'),
            @('Invoke-WebRequest -Uri x -SkipHttpErrorCheck', 'Invoke-WebRequest -SkipHttpErrorCheck'),
            @('ConvertFrom-SecureString -SecureString $s -AsPlainText', 'ConvertFrom-SecureString -AsPlainText'),
            @('Join-Path a b c', 'Join-Path with more than two paths'),
            @('Join-Path -Path a -ChildPath b -AdditionalChildPath c', 'Join-Path -AdditionalChildPath'),
            @('[semver] ''1.0.0''', '[semver]'),
            @('[System.Text.Json.JsonDocument]::Parse(''{}'')', '[System.Text.Json.JsonDocument]'),
            @('[System.IO.Path]::GetRelativePath(''a'', ''b'')', 'Path.GetRelativePath'),
            @('[System.OperatingSystem]::IsWindows()', 'OperatingSystem.IsWindows'),
            @('[Environment]::ProcessPath', 'Environment.ProcessPath'),
            @('param([ValidateNotNullOrWhiteSpace()] $a)', '[ValidateNotNullOrWhiteSpace()]')
        )) {
        @{ Code = $pair[0]; Found = $pair[1] }
    }
    $good = foreach ($code in @(
            '$a = if ($b) { 1 } else { 2 }'
            '1l, 2d, 3kb, 0x1F, 0xd, 1e3, -5'
            '"a``u{41}", ''`u{41}'', "``e", "$`e".Length' -replace ', "\$`e"\.Length'
            "Get-Item -Path x |`n    Out-Null"
            '#requires -Version 5.1'
            'function f { begin { } process { } end { } }'
            '& { 1 }; . { 2 }'
            '''a?b:c && d || e ?? f'''
            '$a? = 1; Get-Item -Path ''a?.b'''
            '[Math]::Max(1, 2); [System.IO.Path]::Combine(''a'', ''b'', ''c'')'
            '''a'' -replace ''a'', ''b'''
            'ConvertTo-Json -InputObject 1 -Depth 9 -Compress'
            'Set-Content -Path x -Value y -Encoding utf8'
            'Join-Path -Path a -ChildPath b; Join-Path a b'
            'using namespace System.IO'
            'class C { [int] $N; C() { $this.N = 1 } }; [C]::new()'
        )) {
        @{ Code = $code }
    }
}

BeforeAll {
    Set-StrictMode -Version 3
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'Grammar.psm1') -Force
}

Describe 'What tells newer grammar' {
    # Windows PowerShell reads some of these as something else, without an error.
    It 'finds <Found> in: <Code>' -ForEach $bad -Skip:($PSVersionTable.PSEdition -eq 'Desktop') {
        $found = @(Get-NewGrammar -Code $Code) -replace '^line \d+: '
        $found | Should -Contain $Found
    }

    It 'finds nothing in: <Code>' -ForEach $good {
        Get-NewGrammar -Code $Code | Should -BeNullOrEmpty
    }

    It 'finds what is no PowerShell at all, and where' {
        Get-NewGrammar -Code "1`nif (" | Should -BeLike 'line 2: *'
    }

    It 'finds text that would be misread' {
        $utf8 = New-Object -TypeName System.Text.UTF8Encoding -ArgumentList $false
        $dash = [string] [char] 0x2013
        Get-EncodingFault -Bytes $utf8.GetBytes("a $dash b") | Should -Not -BeNullOrEmpty
        Get-EncodingFault -Bytes $utf8.GetBytes("<a>$dash</a>") -Xml | Should -Not -BeNullOrEmpty
        Get-EncodingFault -Bytes $utf8.GetBytes("<?xml version=`"1.0`" encoding=`"utf-8`"?><a>$dash</a>") -Xml | Should -BeNullOrEmpty
        Get-EncodingFault -Bytes (@(0xEF, 0xBB, 0xBF) + $utf8.GetBytes("a $dash b")) | Should -BeNullOrEmpty
        Get-EncodingFault -Bytes $utf8.GetBytes('a - b') | Should -BeNullOrEmpty
    }
}

Describe 'Windows PowerShell 5.1 reads' {
    It '<Name>' -ForEach $scripts {
        $text = [System.IO.File]::ReadAllText($Path)
        $found = Get-NewGrammar -Code $text
        if ($Refuses) {
            # It ends at once in a Windows PowerShell, which has to be able to read it for that.
            $text | Should -BeLike '*PSVersion.Major -lt 7*throw*'
            $found = $found | Where-Object { $_ -notlike '*: Add-Type -CompilerOptions' }
        }
        $found | Should -BeNullOrEmpty
        Get-EncodingFault -Bytes ([System.IO.File]::ReadAllBytes($Path)) | Should -BeNullOrEmpty
    }

    It 'the code in <Name>' -ForEach $blocks {
        Get-NewGrammar -Code $Code | Should -BeNullOrEmpty
    }

    It 'the code in <Name>' -ForEach $topics {
        $Count | Should -BeGreaterThan 0
        Get-NewGrammar -Code $Code | Should -BeNullOrEmpty
    }

    It 'every text of the staged module' {
        Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'Support.psm1')
        Import-CosmiModule
        $staged = Split-Path -Path $env:COSMI_MODULE -Parent
        $texts = @(Get-ChildItem -Path $staged -Recurse -File | Where-Object { @('.ps1', '.psm1', '.psd1', '.ps1xml', '.xml', '.txt') -contains $_.Extension })
        $texts.Extension | Should -Contain '.ps1xml'
        $texts.Name | Should -Contain 'Cosmi.PowerShell.dll-Help.xml'
        foreach ($text in $texts) {
            Get-EncodingFault -Bytes ([System.IO.File]::ReadAllBytes($text.FullName)) -Xml:($text.Extension -like '*xml') | Should -BeNullOrEmpty -Because $text.Name
        }
    }
}
