;; The powers that numbers are read with; see powers.rs. A module of its own only here: the function becomes one of the
;; module that the builder writes, and runs before anything else does.
;;
;; A number is 32 words of 32 bits, the lowest first, at the end of the stack, where all is still zero. It starts as
;; 2^1023 and is divided by five at each step; then another starts as 1 and is multiplied by five.
(module
  (memory 1)
  ;; $fives: where the table of powers of five is. $tens: where that of powers of ten is, or 0.
  (func (param $fives i32) (param $tens i32)
    (local $q i32) (local $number i32) (local $at i32)
    (local $rest i64) (local $shift i64) (local $first i64)

    (local.set $number (i32.const 64))
    (i32.store offset=124 (local.get $number) (i32.const 0x80000000))
    (i32.store (i32.const 320) (i32.const 1))
    (local.set $q (i32.const -1))
    (loop $each
      (local.set $rest (i64.const 0))
      (if (i32.lt_s (local.get $q) (i32.const 0))
        (then
          ;; a fifth, from the highest word
          (local.set $at (i32.add (local.get $number) (i32.const 124)))
          (loop $word
            (local.set $rest
              (i64.or (i64.shl (local.get $rest) (i64.const 32)) (i64.load32_u (local.get $at))))
            (i64.store32 (local.get $at) (i64.div_u (local.get $rest) (i64.const 5)))
            (local.set $rest (i64.rem_u (local.get $rest) (i64.const 5)))
            (local.set $at (i32.sub (local.get $at) (i32.const 4)))
            (br_if $word (i32.ge_u (local.get $at) (local.get $number))))))

      ;; the highest word that is not zero
      (local.set $at (i32.add (local.get $number) (i32.const 128)))
      (loop $word
        (local.set $at (i32.sub (local.get $at) (i32.const 4)))
        (br_if $word (i32.eqz (i32.load (local.get $at)))))
      (local.set $shift (i64.extend_i32_u (i32.clz (i32.load (local.get $at)))))

      ;; its bits from the first that is one: 64, and 64 more
      (i64.store offset=5472
        (i32.add (local.get $fives) (i32.shl (local.get $q) (i32.const 4)))
        (local.tee $first
          (i64.or
            (i64.shl (i64.load (i32.sub (local.get $at) (i32.const 4))) (local.get $shift))
            (i64.shr_u
              (i64.shr_u (i64.load (i32.sub (local.get $at) (i32.const 12))) (i64.const 1))
              (i64.sub (i64.const 63) (local.get $shift))))))
      (i64.store offset=5480
        (i32.add (local.get $fives) (i32.shl (local.get $q) (i32.const 4)))
        (i64.add
          (i64.or
            (i64.shl (i64.load (i32.sub (local.get $at) (i32.const 12))) (local.get $shift))
            (i64.shr_u
              (i64.shr_u (i64.load (i32.sub (local.get $at) (i32.const 20))) (i64.const 1))
              (i64.sub (i64.const 63) (local.get $shift))))
          ;; those from 5^-27 to 5^-1 are rounded up
          (i64.extend_i32_u (i32.gt_u (local.get $q) (i32.const -28)))))

      (if (i32.lt_s (local.get $q) (i32.const 0))
        (then
          (local.set $q (i32.sub (local.get $q) (i32.const 1)))
          (if (i32.lt_s (local.get $q) (i32.const -342))
            (then
              (local.set $q (i32.const 0))
              (local.set $number (i32.const 320)))))
        (else
          (if (local.get $tens)
            (then
              ;; 10^q is 2^q times that, and the first bit is worth 2^(8 * ($at - $number) + 31 - $shift)
              (i64.store
                (i32.add (local.get $tens) (i32.shl (local.get $q) (i32.const 3)))
                (i64.add
                  (i64.reinterpret_f64 (f64.convert_i64_u (local.get $first)))
                  (i64.shl
                    (i64.sub
                      (i64.extend_i32_s
                        (i32.add
                          (local.get $q)
                          (i32.shl (i32.sub (local.get $at) (local.get $number)) (i32.const 3))))
                      (i64.add (local.get $shift) (i64.const 32)))
                    (i64.const 52))))))
          ;; five times as much, from the lowest word
          (local.set $at (local.get $number))
          (loop $word
            (local.set $rest
              (i64.add (i64.mul (i64.load32_u (local.get $at)) (i64.const 5)) (local.get $rest)))
            (i64.store32 (local.get $at) (local.get $rest))
            (local.set $rest (i64.shr_u (local.get $rest) (i64.const 32)))
            (local.set $at (i32.add (local.get $at) (i32.const 4)))
            (br_if $word (i32.lt_u (local.get $at) (i32.const 448))))
          (local.set $q (i32.add (local.get $q) (i32.const 1)))))
      (br_if $each (i32.lt_s (local.get $q) (i32.const 309))))))
